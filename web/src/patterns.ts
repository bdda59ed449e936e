/** Hatches for map and legend, drawn on canvas: ink on a transparent ground, sharp on any screen. */

import type { Tokens } from "./theme";

/** Side of the repeating square, in CSS pixels. */
const SIDE = 7;

export type Hatch = "cross" | "diagonal" | "dots" | "nodata";
export const HATCHES: readonly Hatch[] = ["cross", "diagonal", "dots", "nodata"];

export function isHatch(word: string): word is Hatch {
  return (HATCHES as readonly string[]).includes(word);
}

/** Two sets of strokes at 45°, continued over the edges so that the squares join. */
function strokes(context: CanvasRenderingContext2D, side: number, rising: boolean): void {
  for (const shift of [-side, 0, side]) {
    context.moveTo(shift - 1, rising ? side + 1 : -1);
    context.lineTo(shift + side + 1, rising ? -1 : side + 1);
  }
}

function draw(context: CanvasRenderingContext2D, hatch: Hatch, side: number, colour: string): void {
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = hatch === "cross" ? 0.7 : 0.9;
  context.beginPath();
  if (hatch === "dots") {
    for (const [x, y] of [
      [side / 4, side / 4],
      [(side * 3) / 4, (side * 3) / 4],
    ] as const) {
      context.moveTo(x + 0.8, y);
      context.arc(x, y, 0.8, 0, 2 * Math.PI);
    }
    context.fill();
    return;
  }
  strokes(context, side, hatch !== "nodata");
  if (hatch === "cross") strokes(context, side, false);
  context.stroke();
}

export function canvas(width: number, height: number, ratio: number): CanvasRenderingContext2D {
  const element = document.createElement("canvas");
  element.width = Math.round(width * ratio);
  element.height = Math.round(height * ratio);
  const context = element.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no 2D canvas");
  context.scale(ratio, ratio);
  return context;
}

/** Grey for no data, ink for the grades. */
function hatchColour(hatch: Hatch, tokens: Tokens): string {
  return hatch === "nodata" ? tokens.ink2 : tokens.ink;
}

/** One repeating square of a hatch. */
export function hatchSquare(hatch: Hatch, tokens: Tokens, ratio: number): CanvasRenderingContext2D {
  const context = canvas(SIDE, SIDE, ratio);
  context.globalAlpha = hatch === "nodata" ? 1 : 0.75;
  draw(context, hatch, SIDE, hatchColour(hatch, tokens));
  return context;
}

export type Swatch = { colour: string; pattern: string; symbol: string };

/** A legend sample, the same drawing as on the map: 16 × 14 CSS pixels. */
export function swatch(one: Swatch, tokens: Tokens): HTMLCanvasElement {
  const [width, height] = [16, 14];
  const ratio = Math.max(2, devicePixelRatio);
  const context = canvas(width, height, ratio);
  context.canvas.className = "swatch";
  context.canvas.setAttribute("aria-hidden", "true");
  const shape = new Path2D();
  if (one.symbol === "dot" || one.symbol === "ring") shape.arc(8, 7, 5, 0, 2 * Math.PI);
  else if (one.symbol === "square") shape.rect(3.5, 2.5, 9, 9);
  else if (one.symbol === "triangle") triangle(shape);
  else if (one.symbol === "line") shape.rect(0, 6, 16, 2);
  else shape.rect(0.5, 0.5, width - 1, height - 1);
  paint(context, shape, one, tokens);
  return context.canvas;
}

function triangle(shape: Path2D): void {
  shape.moveTo(8, 1.5);
  shape.lineTo(14, 12.5);
  shape.lineTo(2, 12.5);
  shape.closePath();
}

function paint(context: CanvasRenderingContext2D, shape: Path2D, one: Swatch, tokens: Tokens): void {
  const noData = one.pattern === "nodata";
  context.fillStyle = noData ? tokens.paper : one.colour;
  context.fill(shape);
  if (isHatch(one.pattern)) {
    context.save();
    context.clip(shape);
    // Hatches of the legend are finer than those of the map, so that several strokes fit into a sample.
    const dark = "rgba(10, 18, 26, 0.72)";
    for (let x = 0; x < 18; x += 5) {
      for (let y = 0; y < 16; y += 5) {
        context.save();
        context.translate(x, y);
        context.beginPath();
        context.rect(0, 0, 5, 5);
        context.clip();
        draw(context, one.pattern, 5, noData ? tokens.ink2 : dark);
        context.restore();
      }
    }
    context.restore();
  }
  // A ring is a dot with an outline of ink, as the map draws it.
  context.lineWidth = one.symbol === "ring" ? 1.6 : 1;
  context.strokeStyle = one.symbol === "ring" ? tokens.ink : tokens.ink2;
  if (one.symbol !== "line") context.stroke(shape);
}
