/** A question in natural language, on its way to its answer. */
import { useRef, useState } from "../core/dom.js";
import { Problem, toProblem } from "../core/api.js";
import { stream } from "../core/event_stream.js";

/**
 * @typedef {{ name: string, arguments: Record<string, unknown>, error?: string | null }} ToolUse
 * @typedef {{ action: string, title: string, url: string }} Action
 * @typedef {{ summary: string, entities: Named[], tools_used: ToolUse[], actions: Action[], cached: boolean }} Answer
 * @typedef {{ entity_id: number | string, entity_type: Kind }} Context
 * @typedef {object} State
 * @property {string} asked
 * @property {boolean} running
 * @property {ToolUse[]} tools that were called up to now
 * @property {string} text that has arrived of the answer
 * @property {Answer | null} answer
 * @property {Problem | null} problem
 */

/** @type {State} */
const NOTHING = { asked: "", running: false, tools: [], text: "", answer: null, problem: null };

/** Changes of the state by an event. @type {Record<string, (now: State, data: any) => Partial<State>>} */
const EVENTS = {
  tool: (now, data) => ({ tools: [...now.tools, data], text: "" }),
  text: (now, data) => ({ text: now.text + data.text }),
  result: (_, data) => ({ answer: data }),
  error: (_, data) => ({ problem: new Problem(data.status, data.detail) }),
};

const EARLY = "The answer ended early. Ask again.";

/** State of the question that was asked last, and functions to ask another one and to stop. */
export function useQuestion() {
  const [state, setState] = useState(NOTHING);
  const control = useRef(/** @type {AbortController | null} */ (null));
  const ask = async (/** @type {string} */ query, /** @type {Context | null} */ context) => {
    control.current?.abort();
    const { signal } = control.current = new AbortController();
    const apply = (/** @type {(now: State) => Partial<State>} */ change) => {
      if (!signal.aborted) setState((now) => ({ ...now, ...change(now) }));
    };
    setState({ ...NOTHING, asked: query, running: true });
    try {
      await stream("nlq/query", { query, context }, (name, data) => EVENTS[name] && apply((now) => EVENTS[name](now, data)), signal);
      apply((now) => ({ running: false, problem: now.problem || (now.answer ? null : new Problem(0, EARLY)) }));
    } catch (error) {
      if (!signal.aborted) apply(() => ({ running: false, problem: toProblem(error) }));
    }
  };
  const stop = () => {
    control.current?.abort();
    setState((now) => ({ ...now, running: false, problem: new Problem(0, "You stopped the answer.") }));
  };
  return { state, ask, stop };
}
