/* eslint-disable */
/** The tests of these files as one file: to start one takes longer than its tests, and they are started once per mutant. */
export function allIn(...files: string[]): void {
	for (const file of files) describe(file, () => void require(`../unit/${file}.test`));
}
