/** All annotations of an object together, keys and values (Kubernetes: TotalAnnotationSizeLimitB). */
const ANNOTATIONS_BYTES = 256 * 1024;

/** Why the API server would not take these annotations, and the largest of them; undefined when it would. */
export function annotationsFault(
  annotations: Readonly<Record<string, string>>,
): { largest: string; message: string } | undefined {
  const sizes = Object.entries(annotations)
    .map(([key, value]) => ({ key, bytes: Buffer.byteLength(key) + Buffer.byteLength(value) }))
    .sort((a, b) => b.bytes - a.bytes);
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const [largest] = sizes;
  if (total <= ANNOTATIONS_BYTES || largest === undefined) return undefined;
  return {
    largest: largest.key,
    message: `the annotations of the pod are too large: ${total} bytes, and Kubernetes takes ${ANNOTATIONS_BYTES}; ${largest.bytes} of them are of this one`,
  };
}
