/** The status as `/api/status` answers it: see serving/status/report.py. Times are seconds since the epoch. */
interface StatusProgress { share: number | null; rate: string | null; seconds_left: number | null }
interface StatusStep { name: string; began: number; progress: StatusProgress; estimated: boolean; said: string }
interface StatusRun {
  id: string;
  job: string;
  month: string | null;
  status: "queued" | "running" | "success" | "failure" | "canceled" | "killed";
  began: number | null;
  ended: number | null;
  done: number;
  steps: number;
  progress: StatusProgress;
  running: StatusStep[];
  failure: string;
}
interface StatusCheck {
  asset: string; name: string; month: string | null; severity: "error" | "warning"; said: string; at: number; run: string;
}
interface StatusStore {
  name: "postgres" | "neo4j" | "search" | "lake";
  state: "ok" | "away" | "switching" | "none";
  fault: string;
  rows: number | null;
  bytes: number | null;
}
interface PlatformStatus {
  at: string;
  state: "ok" | "degraded" | "empty";
  month: string | null;
  age_days: number | null;
  advice: string[];
  stores: StatusStore[];
  dagster: { state: "ok" | "starting" | "away" | "none"; fault: string; url: string };
  running: StatusRun[];
  runs: StatusRun[];
  checks: StatusCheck[];
}
