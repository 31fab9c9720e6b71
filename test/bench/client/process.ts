/* eslint-disable */
// A client in a separate process: the bare script, the same with n8n's helpers, or our node in the engine.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../childProcess';
import type { BareOptions } from './bareScript';
import type { NodeOptions } from './nodeRun';
import { measure, type Used } from './resources';

export type ClientOptions = (
	| ({ client: 'bareTasks' | 'bareCalls' | 'helpers' } & Omit<BareOptions, 'folder'>)
	| ({ client: 'node' } & NodeOptions)
) & { watchesMemory?: boolean };

export type ClientService = { run(options: ClientOptions): Promise<Used> };

async function images(options: ClientOptions, folder: string): Promise<number> {
	// Each client only loads what it needs, so that the script's memory does not include the engine.
	if (options.client === 'node') return await (await import('./nodeRun')).runNode(options);
	if (options.client === 'helpers') return await (await import('./helperNode')).runHelperNode(options);
	const { runBareCalls, runBareTasks } = await import('./bareScript');
	return await (options.client === 'bareTasks' ? runBareTasks : runBareCalls)({ ...options, folder });
}

// The simulated database does not keep the files: a real one is not in the memory of n8n's process.
process.env.BENCH_CLIENT = 'true';

serve({
	async run(options: ClientOptions) {
		const folder = mkdtempSync(join(tmpdir(), 'nanobanana-bench-'));
		try {
			let count = 0;
			const used = await measure(async () => (count = await images(options, folder)), options.watchesMemory);
			if (count !== options.items) throw new Error(`${count} images came of ${options.items} items`);
			return used;
		} finally {
			rmSync(folder, { recursive: true, force: true });
			if (options.client === 'node' || options.client === 'helpers') (await import('./nodeRun')).forgetImages();
		}
	},
} satisfies ClientService);
