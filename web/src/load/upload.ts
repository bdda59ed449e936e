/** Files on their way to the server, with the share that has arrived; and files out of a drop, folders included. */

import { RequestFailed, reportReach } from "../api";
import type { Problem } from "../types";
import type { LoadAnswer } from "./types";

/** `again`: the server had received the same file under the same profile before. */
export type Received = { load: LoadAnswer; again: boolean };

export type Upload = { answer: Promise<Received>; stop: () => void };

function problemIn(text: string, status: number): Problem {
  const fallback = { status, code: `http-${status}` };
  try {
    return { ...fallback, ...(JSON.parse(text) as Partial<Problem>) };
  } catch {
    return fallback;
  }
}

/** Send files with other parts of a form. `onProgress` is told bytes sent and bytes in all. */
export function sendFiles(
  url: string,
  files: readonly File[],
  extra: Record<string, string>,
  onProgress: (done: number, total: number) => void,
): Upload {
  const form = new FormData();
  for (const [name, value] of Object.entries(extra)) if (value) form.append(name, value);
  for (const file of files) form.append("files", file, file.name);
  // XMLHttpRequest, because fetch cannot tell how much of a body has been sent.
  const wire = new XMLHttpRequest();
  const answer = new Promise<Received>((done, fail) => {
    wire.upload.addEventListener("progress", (event) => onProgress(event.loaded, event.total));
    wire.addEventListener("load", () => {
      reportReach(true);
      if (wire.status === 200 || wire.status === 201)
        done({ load: JSON.parse(wire.responseText) as LoadAnswer, again: wire.status === 200 });
      else fail(new RequestFailed(problemIn(wire.responseText, wire.status), false));
    });
    wire.addEventListener("error", () => {
      reportReach(false);
      fail(new RequestFailed({ status: 0, code: "offline" }, true));
    });
    wire.addEventListener("abort", () => fail(new DOMException("stopped", "AbortError")));
    wire.open("POST", url);
    wire.setRequestHeader("accept", "application/json");
    wire.send(form);
  });
  return { answer, stop: () => wire.abort() };
}

function entriesIn(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const found: FileSystemEntry[] = [];
  return new Promise((done, fail) => {
    // A reader gives at most 100 entries at a time and an empty list at the end.
    const more = () =>
      reader.readEntries((some) => {
        if (some.length === 0) return done(found);
        found.push(...some);
        more();
      }, fail);
    more();
  });
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile)
    return [await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail))];
  const inside = await entriesIn(entry as FileSystemDirectoryEntry);
  return (await Promise.all(inside.map(filesOf))).flat();
}

/** The files of a drop; a folder gives the files in it. */
export async function droppedFiles(data: DataTransfer): Promise<File[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((one) => one !== null);
  if (entries.length === 0) return [...data.files];
  const plain = [...data.files];
  try {
    const found = (await Promise.all(entries.map(filesOf))).flat();
    return found.filter((file) => !file.name.startsWith("."));
  } catch {
    return plain;
  }
}
