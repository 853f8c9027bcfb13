// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// Reading QR codes, in this page: no picture leaves it. The reader is loaded when it is needed first.

const LARGEST = 1600; // pixels a side: more makes no code clearer, and takes longer

type Drawable = ImageBitmap | HTMLVideoElement;

/** The text of a code in a picture, or null where there is none that can be read. */
export async function readPicture(picture: Blob): Promise<string | null> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(picture);
  } catch {
    return null; // no picture, whatever its name says
  }
  try {
    return await readFrom(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

/** The text of a code that a camera sees just now, or null. */
export async function readVideo(video: HTMLVideoElement): Promise<string | null> {
  return readFrom(video, video.videoWidth, video.videoHeight);
}

async function readFrom(from: Drawable, width: number, height: number): Promise<string | null> {
  const scale = Math.min(1, LARGEST / Math.max(width, height, 1));
  const [wide, high] = [Math.floor(width * scale), Math.floor(height * scale)];
  const context = wide > 0 && high > 0 ? new OffscreenCanvas(wide, high).getContext("2d") : null;
  if (context === null) {
    return null;
  }
  context.fillStyle = "#ffffff"; // under what is see-through
  context.fillRect(0, 0, wide, high);
  context.drawImage(from, 0, 0, wide, high);
  const { data } = context.getImageData(0, 0, wide, high);
  const { default: read } = await import("jsqr");
  const text = read(data, wide, high)?.data ?? "";
  return text === "" ? null : text;
}
