/** The legend of what the page itself puts on the map at the moment, each with the sign as it is drawn there. */

import type { App } from "./app";
import { fill, h } from "./dom";
import { integer } from "./format";
import type { Word } from "./i18n";
import { sign as icon } from "./icons";
import { canvas, hatchSquare } from "./patterns";
import { LISTED, LISTED_ICON, type Listed, listedIn } from "./place/overlay";
import { type Tokens, tokens } from "./theme";

type Draw = (context: CanvasRenderingContext2D, tokens: Tokens) => void;
/** A row: what it is, how it is drawn (a sign of the map by name, or a sample), how many there are. */
export type Mark = { word: Word; sign: string | Draw; n?: number };

const [WIDTH, HEIGHT] = [22, 16];
const LISTED_WORD: Record<Listed, Word> = {
  hazards: "markHazard",
  shelters: "markShelter",
  teams: "markTeam",
  landing: "markLanding",
  targets: "markTarget",
};

function ring(radius: number, width: number, colour: keyof Tokens, dot = 0, ground?: keyof Tokens): Draw {
  return (context, now) => {
    context.beginPath();
    context.arc(WIDTH / 2, HEIGHT / 2, radius, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.strokeStyle = now[colour];
    if (ground) {
      context.fillStyle = now[ground];
      context.fill();
    }
    context.stroke();
    if (dot === 0) return;
    context.beginPath();
    context.arc(WIDTH / 2, HEIGHT / 2, dot, 0, 2 * Math.PI);
    context.fillStyle = now[colour];
    context.fill();
  };
}

function line(width: number, dashes: number[] = []): Draw {
  return (context, now) => {
    context.lineWidth = width;
    context.strokeStyle = now.ink;
    context.setLineDash(dashes.map((one) => one * width));
    context.beginPath();
    context.moveTo(1, HEIGHT / 2);
    context.lineTo(WIDTH - 1, HEIGHT / 2);
    context.stroke();
  };
}

function area(edge: number, opacity: number): Draw {
  return (context, now) => {
    context.globalAlpha = opacity;
    context.fillStyle = now.ink;
    context.fillRect(2, 2, WIDTH - 4, HEIGHT - 4);
    context.globalAlpha = 1;
    if (edge === 0) return;
    context.lineWidth = edge;
    context.strokeStyle = now.ink;
    context.strokeRect(2, 2, WIDTH - 4, HEIGHT - 4);
  };
}

const hatched: Draw = (context, now) => {
  const { canvas: square } = hatchSquare("diagonal", now, 1);
  context.fillStyle = context.createPattern(square, "repeat") ?? now.ink;
  context.fillRect(2, 2, WIDTH - 4, HEIGHT - 4);
  context.strokeStyle = now.ink;
  context.lineWidth = 1.6;
  context.strokeRect(2, 2, WIDTH - 4, HEIGHT - 4);
};

const numbered: Draw = (context, now) => {
  ring(7, 1.6, "ink", 0, "paper")(context, now);
  context.fillStyle = now.ink;
  context.font = "700 10px sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText("1", WIDTH / 2, HEIGHT / 2 + 0.5);
};

/** What the chosen place adds: the place, its footprint, the first base, what is listed beside. */
function placeMarks(app: App): Mark[] {
  const { pin, item } = app.store.state;
  const around = pin || item ? app.around.value.data : null;
  const found: Mark[] = [];
  if (pin || (item && app.layer(item.layer)?.geometry === "point"))
    found.push({ word: "markPlace", sign: ring(6, 1.6, "ink", 1.6) });
  if (pin && app.second.value) found.push({ word: "markSecond", sign: ring(6, 2, "ink2") });
  if (!around) return found;
  found.push({ word: "markFoot", sign: area(2.2, 0.08) });
  if (around.rescue.bases.some((one) => one.within)) found.push({ word: "markWay", sign: line(1.2, [1, 3]) });
  const places = listedIn(around);
  for (const kind of LISTED) {
    const sign = kind === "hazards" ? ring(4.5, 1.4, "ink") : LISTED_ICON[kind];
    if (places[kind].length > 0) found.push({ word: LISTED_WORD[kind], sign, n: places[kind].length });
  }
  return found;
}

/** What moves and happens: incidents, movers, storms. */
function liveMarks(app: App): Mark[] {
  const found: Mark[] = [];
  if (app.marks.value.length > 0)
    found.push({ word: "markIncident", sign: "incident", n: app.marks.value.length });
  const movers = app.movers.value;
  if (movers && movers.total > movers.old)
    found.push({ word: "markMover", sign: ring(4, 1.5, "paper", 0, "ink"), n: movers.total - movers.old });
  if (movers && movers.old > 0)
    found.push({ word: "markOld", sign: ring(4, 1.5, "ink2", 0, "paper"), n: movers.old });
  const kinds = new Set(app.storms.value?.features.map((one) => one.properties?.kind));
  if (kinds.has("eye")) found.push({ word: "markEye", sign: ring(5, 3, "ink", 0, "paper") });
  if (kinds.has("disc")) found.push({ word: "markWind", sign: line(1.7) });
  return found;
}

/** What a planner sees: reach and gaps, bands, closed airspace, a flight, a proposed base. */
function planMarks(app: App): Mark[] {
  const { coverage } = app.store.state;
  const data = coverage.on ? app.coverage.value.data : null;
  const found: Mark[] = [];
  if (!coverage.on) return found;
  if (data) found.push({ word: "markReach", sign: line(1.5, [5, 3.5]) });
  if (data && data.gaps.length > 0)
    found.push({ word: "markGap", sign: area(0, app.theme === "day" ? 0.16 : 0.4) });
  if (data?.band_areas) found.push({ word: "markBands", sign: line(1.2) });
  if (coverage.noFly.length > 0) found.push({ word: "markClosed", sign: hatched, n: coverage.noFly.length });
  if (app.way.value) found.push({ word: "markFlight", sign: line(2) });
  if (app.best.value) found.push({ word: "markBest", sign: numbered });
  return found;
}

export function marksOf(app: App): Mark[] {
  return [...placeMarks(app), ...liveMarks(app), ...planMarks(app)];
}

export class MarksLegend {
  readonly element = h("section", { class: "block marks", "data-testid": "marks-legend" });
  readonly #app: App;
  #drawn = "";

  constructor(app: App) {
    this.#app = app;
    const { around, second, marks, movers, storms, coverage, way, best, item, catalogue } = app;
    for (const one of [around, second, marks, movers, storms, coverage, way, best, item, catalogue])
      one.subscribe(() => this.#update());
    app.store.subscribe(() => this.#update());
    this.#update();
  }

  #update(): void {
    const { lang, theme, say } = this.#app;
    const found = this.#app.store.state.load ? [] : marksOf(this.#app);
    const drawn = JSON.stringify([lang, theme, ...found.map((one) => [one.word, one.n])]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.element.hidden = found.length === 0;
    const rows = found.map(({ word, sign, n }) =>
      h(
        "li",
        { "data-testid": "mark-row", "data-mark": word },
        h("span", { class: "mark-sign" }, typeof sign === "string" ? icon(sign) : sample(sign)),
        h("span", { class: "name" }, say(word)),
        n !== undefined && h("span", { class: "figure" }, integer(n, lang)),
      ),
    );
    fill(this.element, h("div", { class: "block-head" }, h("h2", {}, say("marks"))), h("ul", {}, ...rows));
  }
}

function sample(draw: Draw): HTMLCanvasElement {
  const context = canvas(WIDTH, HEIGHT, Math.max(2, devicePixelRatio));
  draw(context, tokens());
  context.canvas.style.width = `${WIDTH}px`;
  context.canvas.style.height = `${HEIGHT}px`;
  context.canvas.setAttribute("aria-hidden", "true");
  return context.canvas;
}
