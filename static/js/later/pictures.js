/** Pictures before they are sent: no larger than a model looks at, of a kind that it takes, and
 * without what they tell of place and camera. */

const LONGEST = 2048;
const QUALITY = 0.9;
/** How files begin that are made anew; a GIF would lose its movement. */
const BEGINNINGS = { "\x89PNG": "image/png", "\xff\xd8\xff": "image/jpeg", RIFF: "image/webp" };
/** What becomes a JPEG where this browser can read it: what screens and telephones write. */
const OTHERS = /^image\/(?!gif|svg)/;

/** The same upload with its picture made anew; what is none, or cannot be read, stays as it is. */
export async function shrunk(upload) {
  const type = await typeOf(upload.file);
  if (!type && !OTHERS.test(upload.file.type)) return upload;
  try {
    const file = await remade(upload.file, type ?? "image/jpeg");
    return { ...upload, file, name: type ? upload.name : asJpeg(upload.name) };
  } catch (error) {
    console.info(error); // the server says, in words, what is wrong with it
    return upload;
  }
}

/** The kind of a picture by its first bytes: a name, and what follows from it, may be wrong. */
async function typeOf(file) {
  const bytes = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const begin = String.fromCharCode(...bytes);
  return Object.entries(BEGINNINGS).find(([each]) => begin.startsWith(each))?.[1];
}

function asJpeg(name) {
  return `${name.replace(/\.\w+$/, "")}.jpg`;
}

async function remade(file, type) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    draw(canvas, bitmap, type);
    return (await blobOf(canvas, type)) ?? file;
  } finally {
    bitmap.close();
  }
}

/** What shines through in a JPEG would be black. */
function draw(canvas, bitmap, type) {
  const context = canvas.getContext("2d");
  if (type === "image/jpeg") {
    context.fillStyle = "white";
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
}

/** In the same format where the browser writes it, else as PNG; null for what cannot be drawn. */
function blobOf(canvas, type) {
  return new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));
}
