// A chart as a list of marks: the page shows them as SVG elements, the SVG file writes them as text, the PNG file is
// painted from them. One drawing, three faces. Paints are names; styles/tokens.css gives each its colour.

export type Paint = "ink" | "muted" | "grid" | "surface" | `series-${number}`;

export type Mark =
  | { kind: "line"; x1: number; y1: number; x2: number; y2: number; stroke: Paint; width: number }
  | { kind: "path"; d: string; stroke: Paint; width: number; dash: boolean }
  | { kind: "area"; d: string; fill: Paint; opacity: number }
  | { kind: "rect"; x: number; y: number; width: number; height: number; fill: Paint; opacity: number }
  | { kind: "dot"; x: number; y: number; r: number; stroke: Paint; fill: Paint }
  | { kind: "text"; x: number; y: number; text: string; size: number; anchor: "start" | "middle" | "end"; fill: Paint; bold: boolean };

export interface Scene {
  width: number;
  height: number;
  marks: Mark[];
}

export type Colours = (paint: Paint) => string;

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "");

const round = (value: number): number => Math.round(value * 100) / 100;

function element(mark: Mark, colours: Colours): string {
  switch (mark.kind) {
    case "line":
      return `<line x1="${round(mark.x1)}" y1="${round(mark.y1)}" x2="${round(mark.x2)}" y2="${round(mark.y2)}" stroke="${colours(mark.stroke)}" stroke-width="${mark.width}"/>`;
    case "path":
      return `<path d="${mark.d}" fill="none" stroke="${colours(mark.stroke)}" stroke-width="${mark.width}" stroke-linejoin="round"${mark.dash ? ' stroke-dasharray="3 3"' : ""}/>`;
    case "area":
      return `<path d="${mark.d}" fill="${colours(mark.fill)}" fill-opacity="${mark.opacity}"/>`;
    case "rect":
      return `<rect x="${round(mark.x)}" y="${round(mark.y)}" width="${round(mark.width)}" height="${round(mark.height)}" fill="${colours(mark.fill)}" fill-opacity="${mark.opacity}"/>`;
    case "dot":
      return `<circle cx="${round(mark.x)}" cy="${round(mark.y)}" r="${mark.r}" stroke="${colours(mark.stroke)}" stroke-width="1.5" fill="${colours(mark.fill)}"/>`;
    case "text":
      return `<text x="${round(mark.x)}" y="${round(mark.y)}" font-size="${mark.size}" text-anchor="${mark.anchor}" fill="${colours(mark.fill)}"${mark.bold ? ' font-weight="600"' : ""}>${escaped(mark.text)}</text>`;
  }
}

/** A complete SVG file. */
export function svgText(scene: Scene, colours: Colours, title: string, font: string): string {
  const { width, height } = scene;
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(font)}" role="img">\n` +
    `<title>${escaped(title)}</title>\n<rect width="${width}" height="${height}" fill="${colours("surface")}"/>\n` +
    scene.marks.map((mark) => element(mark, colours)).join("\n") + "\n</svg>\n"
  );
}

/** Paints the marks; `context` is already scaled to the wanted density. */
export function paint(scene: Scene, context: CanvasRenderingContext2D, colours: Colours, font: string): void {
  context.fillStyle = colours("surface");
  context.fillRect(0, 0, scene.width, scene.height);
  for (const mark of scene.marks) paintMark(mark, context, colours, font);
}

function paintMark(mark: Mark, context: CanvasRenderingContext2D, colours: Colours, font: string): void {
  const strokeAs = (stroke: Paint, width: number) => {
    context.strokeStyle = colours(stroke);
    context.lineWidth = width;
  };
  context.setLineDash(mark.kind === "path" && mark.dash ? [3, 3] : []);
  context.globalAlpha = mark.kind === "area" || mark.kind === "rect" ? mark.opacity : 1;
  switch (mark.kind) {
    case "line":
      strokeAs(mark.stroke, mark.width);
      context.beginPath();
      context.moveTo(mark.x1, mark.y1);
      context.lineTo(mark.x2, mark.y2);
      return context.stroke();
    case "path":
      strokeAs(mark.stroke, mark.width);
      context.lineJoin = "round";
      return context.stroke(new Path2D(mark.d));
    case "area":
      context.fillStyle = colours(mark.fill);
      return context.fill(new Path2D(mark.d));
    case "rect":
      context.fillStyle = colours(mark.fill);
      return context.fillRect(mark.x, mark.y, mark.width, mark.height);
    case "dot":
      strokeAs(mark.stroke, 1.5);
      context.fillStyle = colours(mark.fill);
      context.beginPath();
      context.arc(mark.x, mark.y, mark.r, 0, 2 * Math.PI);
      context.fill();
      return context.stroke();
    case "text":
      context.fillStyle = colours(mark.fill);
      context.font = `${mark.bold ? 600 : 400} ${mark.size}px ${font}`;
      context.textAlign = mark.anchor === "middle" ? "center" : mark.anchor;
      return context.fillText(mark.text, mark.x, mark.y);
  }
}
