// A chart as a file: its heading, legend and caveat above and below the same marks that the page shows.
import { elideMiddle, wrap } from "./text";
import { paint, svgText, type Colours, type Mark, type Paint, type Scene } from "./scene";

export interface Caption {
  title: string;
  question: string;
  /** Unit, window, filters. */
  about: string;
  caveat: string;
  legend: { label: string; paint: Paint }[];
}

const MARGIN = 16;

/** The chart with what it needs to be understood away from the page. */
export function posterOf(chart: Scene, caption: Caption): Scene {
  const width = chart.width + 2 * MARGIN;
  const perLine = Math.floor((width - 2 * MARGIN) / 6.2);
  const marks: Mark[] = [];
  let y = MARGIN;
  const write = (text: string, size: number, fill: Paint, bold: boolean, lead: number) => {
    y += lead;
    marks.push({ kind: "text", x: MARGIN, y, text, size, anchor: "start", fill, bold });
  };
  write(caption.title, 18, "ink", true, 16);
  for (const line of wrap(caption.question, perLine)) write(line, 12, "ink", false, 18);
  for (const line of wrap(caption.about, perLine)) write(line, 11, "muted", false, 16);
  let x = MARGIN;
  if (caption.legend.length > 0) y += 20;
  for (const { label, paint: fill } of caption.legend) {
    const text = elideMiddle(label, 28);
    const length = 18 + text.length * 6.6 + 14;
    if (x + length > width && x > MARGIN) {
      x = MARGIN;
      y += 18;
    }
    marks.push({ kind: "rect", x, y: y - 10, width: 11, height: 11, fill, opacity: 1 });
    marks.push({ kind: "text", x: x + 16, y, text, size: 12, anchor: "start", fill: "ink", bold: false });
    x += length;
  }
  const top = y + 12;
  marks.push(...chart.marks.map((mark) => moved(mark, MARGIN, top)));
  y = top + chart.height;
  for (const line of wrap(`Caveat: ${caption.caveat}`, perLine)) write(line, 11, "muted", false, 15);
  return { width, height: Math.ceil(y + MARGIN), marks };
}

function moved(mark: Mark, dx: number, dy: number): Mark {
  switch (mark.kind) {
    case "line":
      return { ...mark, x1: mark.x1 + dx, x2: mark.x2 + dx, y1: mark.y1 + dy, y2: mark.y2 + dy };
    case "path":
    case "area":
      return { ...mark, d: mark.d.replace(/(-?[\d.]+) (-?[\d.]+)/g, (_, x: string, y: string) => `${(Number(x) + dx).toFixed(1)} ${(Number(y) + dy).toFixed(1)}`) };
    default:
      return { ...mark, x: mark.x + dx, y: mark.y + dy };
  }
}

export const svgFile = (scene: Scene, colours: Colours, title: string, font: string): Blob =>
  new Blob([svgText(scene, colours, title, font)], { type: "image/svg+xml" });

/** Twice as dense as the page, for slides. */
export function pngFile(scene: Scene, colours: Colours, font: string): Promise<Blob> {
  const density = 2;
  const canvas = document.createElement("canvas");
  canvas.width = scene.width * density;
  canvas.height = scene.height * density;
  const context = canvas.getContext("2d");
  if (context === null) return Promise.reject(new Error("this browser cannot draw pictures"));
  context.scale(density, density);
  paint(scene, context, colours, font);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("this browser cannot write PNG files"))), "image/png"),
  );
}

export function saveAs(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
