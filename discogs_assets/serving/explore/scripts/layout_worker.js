// Force layout in a worker. It takes {nodes, links, heat}, {hold, x, y}, {drop} and {stop}; it posts places and heat.
importScripts(
  "/lib/d3-dispatch/dist/d3-dispatch.min.js", "/lib/d3-quadtree/dist/d3-quadtree.min.js",
  "/lib/d3-timer/dist/d3-timer.min.js", "/lib/d3-force/dist/d3-force.min.js",
);

const STEP_MS = 16;
const COLD = 0.015;
const FEW = 300; // nodes, which are kept apart with more care

let simulation = null;
let turn = 0;
let timer = 0;
let silent = false;

function begin({ nodes, links, heat, turn: number, silent: hushed }) {
  turn = number;
  silent = hushed;
  simulation = d3.forceSimulation(nodes).stop().alpha(heat).alphaDecay(0.035).velocityDecay(0.45)
    .force("links", d3.forceLink(links).distance((link) => link.distance).strength((link) => link.strength))
    .force("charge", d3.forceManyBody().strength((node) => node.charge).distanceMax(600).theta(1))
    .force("room", d3.forceCollide((node) => node.room).strength(0.9).iterations(nodes.length < FEW ? 4 : 1))
    .force("x", d3.forceX().strength(0.025))
    .force("y", d3.forceY().strength(0.035));
  run();
}

function hold({ index, x, y }) {
  const node = simulation?.nodes()[index];
  if (!node) return;
  [node.fx, node.fy] = [x, y];
  simulation.alpha(Math.max(simulation.alpha(), 0.12));
  run();
}

function drop({ index, pinned }) {
  const node = simulation?.nodes()[index];
  if (node && !pinned) node.fx = node.fy = null;
  if (simulation) run();
}

function run() {
  clearTimeout(timer);
  const began = performance.now();
  do simulation.tick(); while (silent && simulation.alpha() > COLD);
  post();
  if (simulation.alpha() > COLD) timer = setTimeout(run, Math.max(0, STEP_MS - (performance.now() - began)));
}

function post() {
  const nodes = simulation.nodes();
  const places = new Float32Array(nodes.length * 2);
  nodes.forEach((node, index) => { places[index * 2] = node.x; places[index * 2 + 1] = node.y; });
  postMessage({ turn, places, still: simulation.alpha() <= COLD }, [places.buffer]);
}

const orders = { begin, hold, drop };
onmessage = ({ data }) => orders[data.order](data);
