/** Map signs drawn on canvas. They carry meaning by shape and a white-and-ink outline, never by a risk colour. */

import type { Map as MapLibreMap } from "maplibre-gl";
import { canvas, HATCHES, hatchSquare } from "./patterns";
import { type Tokens, tokens } from "./theme";

const RATIO = 2;
const INK = "#15202B";
const WHITE = "#FFFFFF";

type Draw = (context: CanvasRenderingContext2D, size: number, now: Tokens) => void;

function disc(
  context: CanvasRenderingContext2D,
  size: number,
  fill: string,
  edge: string,
  width: number,
): void {
  context.beginPath();
  context.arc(size / 2, size / 2, size / 2 - width / 2 - 1, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = width;
  context.strokeStyle = edge;
  context.stroke();
}

/** A helicopter from above: crossed rotor, body, tail. */
function baseAir(context: CanvasRenderingContext2D, size: number): void {
  context.beginPath();
  context.arc(size / 2, size / 2, size / 2, 0, 2 * Math.PI);
  context.fillStyle = WHITE;
  context.fill();
  disc(context, size, INK, INK, 1);
  const c = size / 2;
  context.strokeStyle = WHITE;
  context.fillStyle = WHITE;
  context.lineCap = "round";
  context.lineWidth = 1.5;
  context.beginPath();
  for (const [x, y] of [
    [5.6, 5.6],
    [-5.6, 5.6],
  ] as const) {
    context.moveTo(c - x, c - 1.5 - y);
    context.lineTo(c + x, c - 1.5 + y);
  }
  context.moveTo(c, c);
  context.lineTo(c, c + 8.2);
  context.moveTo(c - 2.6, c + 8);
  context.lineTo(c + 2.6, c + 8);
  context.stroke();
  context.beginPath();
  context.ellipse(c, c - 1.2, 2.7, 4.4, 0, 0, 2 * Math.PI);
  context.fill();
}

function landing(context: CanvasRenderingContext2D, size: number): void {
  disc(context, size, WHITE, INK, 1.3);
  const [a, b] = [size * 0.36, size * 0.64];
  context.beginPath();
  context.lineWidth = 1.5;
  context.moveTo(a, size * 0.3);
  context.lineTo(a, size * 0.7);
  context.moveTo(b, size * 0.3);
  context.lineTo(b, size * 0.7);
  context.moveTo(a, size / 2);
  context.lineTo(b, size / 2);
  context.stroke();
}

function house(context: CanvasRenderingContext2D, size: number): void {
  const edge = 1.2;
  context.beginPath();
  context.moveTo(size / 2, edge);
  context.lineTo(size - edge, size * 0.46);
  context.lineTo(size - edge - size * 0.1, size * 0.46);
  context.lineTo(size - edge - size * 0.1, size - edge);
  context.lineTo(edge + size * 0.1, size - edge);
  context.lineTo(edge + size * 0.1, size * 0.46);
  context.lineTo(edge, size * 0.46);
  context.closePath();
  context.lineJoin = "round";
  context.fillStyle = WHITE;
  context.fill();
  context.lineWidth = edge;
  context.strokeStyle = INK;
  context.stroke();
  if (size < 12) return;
  context.fillStyle = INK;
  context.fillRect(size * 0.42, size * 0.62, size * 0.16, size - edge - size * 0.62);
}

function neutral(context: CanvasRenderingContext2D, size: number): void {
  context.fillStyle = WHITE;
  context.strokeStyle = INK;
  context.fillRect(1.5, 1.5, size - 3, size - 3);
  context.strokeRect(1.5, 1.5, size - 3, size - 3);
}

/** A diamond with an exclamation mark. */
function incident(context: CanvasRenderingContext2D, size: number): void {
  const [c, r] = [size / 2, size / 2 - 1.5];
  context.beginPath();
  context.moveTo(c, c - r);
  context.lineTo(c + r, c);
  context.lineTo(c, c + r);
  context.lineTo(c - r, c);
  context.closePath();
  context.fillStyle = INK;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = WHITE;
  context.stroke();
  context.fillStyle = WHITE;
  context.fillRect(c - 1.2, c - r * 0.5, 2.4, r * 0.55);
  context.fillRect(c - 1.2, c + r * 0.22, 2.4, 2.4);
}

/** A flag on a pole. */
function team(context: CanvasRenderingContext2D, size: number): void {
  context.lineJoin = "round";
  context.beginPath();
  context.moveTo(size * 0.28, size * 0.12);
  context.lineTo(size * 0.86, size * 0.32);
  context.lineTo(size * 0.28, size * 0.54);
  context.closePath();
  context.strokeStyle = WHITE;
  context.lineWidth = 3;
  context.stroke();
  context.fillStyle = INK;
  context.fill();
  context.fillStyle = WHITE;
  context.fillRect(size * 0.17, size * 0.06, size * 0.16, size * 0.9);
  context.fillStyle = INK;
  context.fillRect(size * 0.22, size * 0.08, size * 0.08, size * 0.86);
}

/** A cross in ink on a paper edge, upright or turned: places that a file would bring, like nothing that is on the map. */
function cross(isTurned: boolean): Draw {
  return (context, size, now) => {
    const [c, r] = [size / 2, size / 2 - 2.5];
    context.lineCap = "round";
    for (const [colour, width] of [
      [now.paper, 4.6],
      [now.ink, 2],
    ] as const) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      for (const [x, y] of isTurned
        ? [[0.75, 0.75] as const, [0.75, -0.75] as const]
        : [[1, 0] as const, [0, 1] as const]) {
        context.moveTo(c - r * x, c - r * y);
        context.lineTo(c + r * x, c + r * y);
      }
      context.stroke();
    }
  };
}

/** A hollow square with a dot: somebody to be protected. */
function target(context: CanvasRenderingContext2D, size: number): void {
  context.fillStyle = WHITE;
  context.strokeStyle = INK;
  context.lineWidth = 1.4;
  context.fillRect(1.5, 1.5, size - 3, size - 3);
  context.strokeRect(1.5, 1.5, size - 3, size - 3);
  context.fillStyle = INK;
  context.fillRect(size / 2 - 1.5, size / 2 - 1.5, 3, 3);
}

const ICONS: Record<string, [size: number, draw: Draw]> = {
  "base-air": [26, baseAir],
  incident: [26, incident],
  landing: [17, landing],
  "load-chosen": [17, cross(false)],
  "load-other": [17, cross(true)],
  team: [18, team],
  target: [12, target],
  "shelter-county": [17, house],
  "shelter-township": [13, house],
  "shelter-village": [10, house],
};

/** A sign as the map draws it, for a legend; null where there is none of that name. */
export function sign(name: string): HTMLCanvasElement | null {
  const icon = ICONS[name];
  if (!icon) return null;
  const [size, draw] = icon;
  const context = canvas(size, size, Math.max(2, devicePixelRatio));
  draw(context, size, tokens());
  context.canvas.className = "sign";
  context.canvas.style.width = `${size}px`;
  context.canvas.style.height = `${size}px`;
  context.canvas.setAttribute("aria-hidden", "true");
  return context.canvas;
}

function picture(name: string, now: Tokens): ImageData | null {
  const hatch = HATCHES.find((one) => `hatch-${one}` === name);
  const icon = ICONS[name];
  let context: CanvasRenderingContext2D;
  if (hatch) context = hatchSquare(hatch, now, RATIO);
  else if (icon) {
    context = canvas(icon[0], icon[0], RATIO);
    icon[1](context, icon[0], now);
  } else return null;
  return context.getImageData(0, 0, context.canvas.width, context.canvas.height);
}

/** Add all images, or draw them anew after a change of theme. */
export function putImages(map: MapLibreMap): void {
  const now = tokens();
  for (const name of [...HATCHES.map((one) => `hatch-${one}`), ...Object.keys(ICONS)]) {
    const image = picture(name, now);
    if (!image) continue;
    if (map.hasImage(name)) map.updateImage(name, image);
    else map.addImage(name, image, { pixelRatio: RATIO });
  }
}

/** A style may ask for an image this page does not know: draw a small neutral square instead of nothing. */
export function putMissingImage(map: MapLibreMap, name: string): void {
  if (map.hasImage(name)) return;
  const context = canvas(9, 9, RATIO);
  neutral(context, 9);
  map.addImage(name, context.getImageData(0, 0, 18, 18), { pixelRatio: RATIO });
}
