/** Events that answer a POST request, as they arrive. */
import { Problem } from "./api.js";

/**
 * Send a request, and call `onEvent` with the name and the data of each event until the last one.
 * @param {string} path below /api
 * @param {unknown} body
 * @param {(name: string, data: any) => void} onEvent
 * @param {AbortSignal} signal
 */
export async function stream(path, body, onEvent, signal) {
  const found = await send(path, body, signal);
  if (!found.ok || !found.body) {
    const said = await found.json().catch(() => ({}));
    throw new Problem(found.status, said.detail || found.statusText);
  }
  const reader = found.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (rest + value).split("\n\n");
    rest = String(events.pop());
    for (const event of events) {
      const parts = /^event: (\w+)\ndata: (.*)$/.exec(event);
      if (parts) onEvent(parts[1], JSON.parse(parts[2]));
    }
  }
}

/** @param {string} path @param {unknown} body @param {AbortSignal} signal */
async function send(path, body, signal) {
  try {
    return await fetch(`/api/${path}`, {
      method: "POST", signal, body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Problem(0, "The server does not answer. Is `discogs serve` running, and this machine connected to it?");
  }
}
