// A photo as it is worth sending: upright, at most 1600 pixels long, and a picture only. What this device cannot read
// (HEIC on most) goes as it is; the server makes it small.

const EDGE = 1600;

export async function shrunk(file) {
  try {
    const whole = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, EDGE / Math.max(whole.width, whole.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(whole.width * scale));
    canvas.height = Math.max(1, Math.round(whole.height * scale));
    const paper = canvas.getContext("2d");
    paper.fillStyle = "#fff"; // what is transparent would turn black
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(whole, 0, 0, canvas.width, canvas.height);
    whole.close();
    return await new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? file), "image/jpeg", 0.85));
  } catch {
    return file;
  }
}
