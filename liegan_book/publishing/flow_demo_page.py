"""The page of the interactive figure: style, markup and script of `flow_demo`, as text.

Colours of text and lines follow the page (`currentColor`), so the figure reads in light and dark.
"""

STYLE = """
#flow-demo { display: flex; flex-wrap: wrap; gap: 1rem 1.5rem; align-items: center; margin: 0;
  text-align: left; }
#flow-demo svg { flex: 1 1 17rem; width: 100%; max-width: 25rem; aspect-ratio: 1; overflow: hidden;
  border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .4rem; }
#flow-demo .fd-panel { flex: 1 1 14rem; min-width: 0; display: grid; gap: .7rem; }
#flow-demo .fd-row { display: flex; flex-wrap: wrap; gap: .4rem .7rem; align-items: center; }
#flow-demo label, #flow-demo .fd-name { min-width: 5.2rem; }
#flow-demo select, #flow-demo button { font: inherit; color: inherit; background: transparent;
  border: 1px solid currentColor; border-radius: .3rem; padding: .25rem .6rem; }
#flow-demo option { color: #222; background: #fff; }
#flow-demo input { flex: 1 1 8rem; min-width: 0; accent-color: #e0752d; }
#flow-demo :is(select, button, input):focus-visible { outline: 3px solid #3b7dd8;
  outline-offset: 2px; }
#flow-demo .fd-matrix { display: inline-grid; grid-template-columns: repeat(2, 3.6rem);
  padding: .1rem .3rem; border: solid currentColor; border-width: 0 1.5px; border-radius: .5rem;
  text-align: right; font-variant-numeric: tabular-nums; }
#flow-demo .fd-number { font-variant-numeric: tabular-nums; min-width: 3rem; text-align: right; }
#flow-demo .fd-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
#flow-demo path { fill: none; stroke: currentColor; vector-effect: non-scaling-stroke; }
#flow-demo .fd-axis { stroke-opacity: .35; }
#flow-demo #flow-demo-orbits { stroke-opacity: .3; stroke-width: 1; }
#flow-demo #flow-demo-trails { stroke: #e0752d; stroke-width: 2; stroke-opacity: .75; }
#flow-demo .fd-square { stroke: #3b7dd8; fill: #3b7dd8; fill-opacity: .12; }
#flow-demo #flow-demo-patch { stroke: #e0752d; fill: #e0752d; fill-opacity: .18; }
#flow-demo .fd-ghost { fill: #3b7dd8; }
#flow-demo .fd-dot { fill: #e0752d; }
html[data-theme="dark"] .bd-content div.cell_output .text_html:has(#flow-demo) {
  background: transparent; color: inherit; padding: 0; }
"""

PAGE = """<style>$style</style>
<div id="flow-demo" role="group" aria-label="Points moved along exp(wL)">
<svg viewBox="-3 -3 6 6" role="img" aria-labelledby="flow-demo-title flow-demo-text">
<title id="flow-demo-title">A patch of the plane and where exp(wL) moves it</title>
<desc id="flow-demo-text">A blue square patch of points stays where it is. Its moved copy, orange,
follows the orbits of the chosen generator, thin lines, as w changes.</desc>
<g transform="scale(1,-1)">
<path class="fd-axis" d="M-3 0L3 0M0 -3L0 3"/>
<path id="flow-demo-orbits" d="$orbits"/>
<path class="fd-square" d="$ghost"/>$ghosts
<path id="flow-demo-trails" data-moving d="$trails"/>
<path id="flow-demo-patch" data-moving d="$patch"/>$dots
</g></svg>
<div class="fd-panel">
<div class="fd-row"><label for="flow-demo-generator">Generator</label>
<select id="flow-demo-generator">$options</select></div>
<div class="fd-row"><span class="fd-name">L =</span>
<span class="fd-matrix" id="flow-demo-L">$generator</span></div>
<div class="fd-row"><label for="flow-demo-w">w =
<output class="fd-number" id="flow-demo-value" for="flow-demo-w" aria-live="off">$w_text</output>
</label><input id="flow-demo-w" type="range" min="-$max" max="$max" step="$step" value="$w"
aria-valuetext="$w_text"></div>
<div class="fd-row"><span class="fd-name">exp(wL) =</span>
<span class="fd-matrix" id="flow-demo-exp">$element</span></div>
<div class="fd-row"><span class="fd-name">det exp(wL) =</span>
<span class="fd-number" id="flow-demo-det">$det</span></div>
<div class="fd-row"><span class="fd-name">It keeps</span>
<span id="flow-demo-keeps">$keeps</span></div>
<div class="fd-row"><button id="flow-demo-play" type="button">Play</button>
<button id="flow-demo-reset" type="button">Reset</button></div>
<noscript>The slider needs JavaScript. The picture shows its first frame.</noscript>
<span class="fd-hidden" id="flow-demo-spoken" aria-live="polite"></span>
</div></div>
<script type="application/json" id="flow-demo-data">$data</script>
<script>$script</script>
"""

# L = m + N with N traceless, and N² = delta (Cayley-Hamilton); so exp(wN) = C + S N.
EXPM_JS = """function expm2(L, w) {
  const [[a, b], [c, d]] = L, m = (a + d) / 2, p = (a - d) / 2, delta = p * p + b * c;
  const r = Math.sqrt(Math.abs(delta)), u = w * r, e = Math.exp(w * m);
  const C = delta > 0 ? Math.cosh(u) : Math.cos(u);
  const S = r < 1e-9 ? w : (delta > 0 ? Math.sinh(u) : Math.sin(u)) / r;
  return [[e * (C + S * p), e * S * b], [e * S * c, e * (C - S * p)]];
}"""

SCRIPT = """(() => {
/*expm*/
const id = (name) => document.getElementById("flow-demo-" + name);
const data = JSON.parse(id("data").textContent);
const select = id("generator"), range = id("w"), play = id("play");
const dots = document.querySelectorAll("#flow-demo circle[data-moving]");
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
let running = 0, direction = 1;

const apply = (g, [x, y]) => [g[0][0] * x + g[0][1] * y, g[1][0] * x + g[1][1] * y];
const number = (v) => (Math.abs(v) < 0.005 ? 0 : v).toFixed(2).replace("-", "−");
const path = (points) => "M" + points.map(([x, y]) => x.toFixed(3) + " " + y.toFixed(3)).join("L");
const curve = (L, from, to, seed) => path(Array.from({length: data.points + 1}, (_, i) =>
  apply(expm2(L, from + (to - from) * i / data.points), seed)));
const fill = (name, matrix) =>
  matrix.flat().forEach((v, i) => { id(name).children[i].textContent = number(v); });

function draw() {
  const flow = data.flows[select.value], w = Number(range.value), g = expm2(flow.L, w);
  const moved = data.cloud.map((p) => apply(g, p));
  dots.forEach((dot, i) => {
    dot.setAttribute("cx", moved[i][0].toFixed(3));
    dot.setAttribute("cy", moved[i][1].toFixed(3));
  });
  id("patch").setAttribute("d", path(data.corners.map((i) => moved[i])) + "Z");
  id("trails").setAttribute("d",
    data.corners.map((i) => curve(flow.L, 0, w, data.cloud[i])).join(""));
  fill("exp", g);
  id("det").textContent = number(g[0][0] * g[1][1] - g[0][1] * g[1][0]);
  id("value").textContent = number(w);
  range.setAttribute("aria-valuetext", number(w));
}
function choose() {
  const flow = data.flows[select.value];
  range.min = -flow.max;
  range.max = flow.max;
  fill("L", flow.L);
  id("keeps").textContent = flow.keeps;
  id("orbits").setAttribute("d",
    flow.seeds.map((s) => curve(flow.L, -flow.span, flow.span, s)).join(""));
  draw();
}
function speak() {
  const cells = [...id("exp").children].map((cell) => cell.textContent);
  id("spoken").textContent = "w = " + id("value").textContent + ", exp(wL) = " + cells.join(", ");
}
function advance(by) {
  const w = Number(range.value) + direction * by;
  if (Math.abs(w) >= range.max) direction = -Math.sign(w);
  range.value = w;
  draw();
}
function stop() {
  cancelAnimationFrame(running);
  running = 0;
  range.step = data.step;
  play.textContent = still.matches ? "Step" : "Play";
}
function start() {
  let last = performance.now();
  const frame = (now) => {
    advance(Math.min(now - last, 50) / 1000);
    last = now;
    running = requestAnimationFrame(frame);
  };
  range.step = "any";
  play.textContent = "Pause";
  running = requestAnimationFrame(frame);
}
play.addEventListener("click", () => {
  if (!running && !still.matches) return start();
  if (running) stop(); else advance(0.25);
  speak();
});
id("reset").addEventListener("click", () => { stop(); range.value = 0; draw(); speak(); });
select.addEventListener("change", () => { choose(); speak(); });
range.addEventListener("input", () => { if (running) stop(); draw(); });
range.addEventListener("change", speak);
still.addEventListener("change", stop);
stop();
choose();
})();
"""
