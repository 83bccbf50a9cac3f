(() => {
function expm2(L, w) {
  const [[a, b], [c, d]] = L, m = (a + d) / 2, p = (a - d) / 2, delta = p * p + b * c;
  const r = Math.sqrt(Math.abs(delta)), u = w * r, e = Math.exp(w * m);
  const C = delta > 0 ? Math.cosh(u) : Math.cos(u);
  const S = r < 1e-9 ? w : (delta > 0 ? Math.sinh(u) : Math.sin(u)) / r;
  return [[e * (C + S * p), e * S * b], [e * S * c, e * (C - S * p)]];
}
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
