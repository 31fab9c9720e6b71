export const MEGABYTE = 1_048_576;

/** Formats a size for messages: "20 MB", "20.4 MB", "0.381 MB". */
export function megabytes(bytes: number): string {
	const size = bytes / MEGABYTE;
	return `${Number(size.toFixed(size < 1 ? 3 : 1))} MB`;
}
