/* eslint-disable */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The tests of all files of a folder of test/engine as one file. Loading n8n-core takes some seconds, and
 * Jest loads it again for each file that it runs.
 */
export function testsOf(folder: string): void {
	const path = join(__dirname, '..', folder);
	for (const file of readdirSync(path).filter((name) => name.endsWith('.test.ts')))
		describe(file.replace('.test.ts', ''), () => void require(join(path, file)));
}
