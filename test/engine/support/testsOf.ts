/* eslint-disable */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Runs all test files of a folder of test/engine as one Jest file, because Jest loads n8n-core again for each
 * file, which takes seconds.
 */
export function testsOf(folder: string): void {
	const path = join(__dirname, '..', folder);
	for (const file of readdirSync(path).filter((name) => name.endsWith('.test.ts')))
		describe(file.replace('.test.ts', ''), () => void require(join(path, file)));
}
