/** Files that a person chooses or drops on the page, folders with all that is in them. */

/** Calls `onFiles` with what is dropped anywhere: `{file, name}`, the name with its folders. */
export function takeDrops(onFiles) {
  let depth = 0;
  const show = (change) => {
    depth = Math.max(0, change === 0 ? 0 : depth + change);
    document.body.dataset.state = depth ? "dropping" : "";
  };
  const listen = (name, act) =>
    document.addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      act(event);
    });
  listen("dragenter", () => show(1));
  listen("dragleave", () => show(-1));
  listen("dragover", (event) => {
    event.dataTransfer.dropEffect = "copy";
  });
  listen("drop", async (event) => {
    show(0);
    onFiles(await filesOf(event.dataTransfer));
  });
}

/** The files of a form's field. */
export function chosenIn(field) {
  return [...field.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
}

/** What is dropped; it must be asked for before anything is waited for. */
async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, name: file.name }));
  const found = await Promise.all(entries.map(below));
  return found.flat();
}

async function below(entry) {
  if (entry.isFile) return [{ file: await read(entry), name: entry.fullPath.slice(1) }];
  const children = await childrenOf(entry.createReader());
  const shown = children.filter((each) => !each.name.startsWith("."));
  return (await Promise.all(shown.map(below))).flat();
}

function read(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A browser tells of a hundred at a time, and of none at the end. */
async function childrenOf(reader) {
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return all;
    all.push(...some);
  }
}
