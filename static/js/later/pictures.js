/** Pictures before they are sent: no larger than a model looks at, and without what they tell of
 * place and camera. */

const LONGEST = 2048;
const QUALITY = 0.9;
/** How files begin that are made anew; a GIF would lose its movement. */
const BEGINNINGS = { "\x89PNG": "image/png", "\xff\xd8\xff": "image/jpeg", RIFF: "image/webp" };

/** The same upload with its picture made anew; what is none, or cannot be read, stays as it is. */
export async function shrunk(upload) {
  const type = await typeOf(upload.file);
  if (!type) return upload;
  try {
    return { ...upload, file: await remade(upload.file, type) };
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

async function remade(file, type) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return (await blobOf(canvas, type)) ?? file;
  } finally {
    bitmap.close();
  }
}

/** In the same format where the browser writes it, else as PNG; null for what cannot be drawn. */
function blobOf(canvas, type) {
  return new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));
}
