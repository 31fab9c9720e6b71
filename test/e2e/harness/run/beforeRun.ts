/* eslint-disable */
import { rmSync } from 'node:fs';

import { outFolder } from './paths';
import { packNode } from './packNode';
import { createRun, type Run } from './runFolder';

declare global {
	// Jest has no other way to pass a value from globalSetup to globalTeardown.
	var e2eRun: Run | undefined;
}

export default function beforeRun(): void {
	rmSync(outFolder, { recursive: true, force: true });
	globalThis.e2eRun = createRun();
	packNode();
}
