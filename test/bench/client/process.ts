/* eslint-disable */
// A client in a process of its own: the bare script, the same with n8n's helpers, or our node in the engine.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../childProcess';
import type { BareJob } from './bareScript';
import type { NodeJob } from './nodeRun';
import { measure, type Used } from './resources';

export type Job = (
	| ({ client: 'bareTasks' | 'bareCalls' | 'helpers' } & Omit<BareJob, 'folder'>)
	| ({ client: 'node' } & NodeJob)
) & { watchesMemory?: boolean };

export type ClientService = { run(job: Job): Promise<Used> };

async function images(job: Job, folder: string): Promise<number> {
	// Each loads what it needs only: the script's memory is not the engine's.
	if (job.client === 'node') return await (await import('./nodeRun')).runNode(job);
	if (job.client === 'helpers') return await (await import('./helperNode')).runHelperNode(job);
	const { runBareCalls, runBareTasks } = await import('./bareScript');
	return await (job.client === 'bareTasks' ? runBareTasks : runBareCalls)({ ...job, folder });
}

// Files in a database are in no memory of n8n's process.
process.env.BENCH_CLIENT = 'true';

serve({
	async run(job: Job) {
		const folder = mkdtempSync(join(tmpdir(), 'nanobanana-bench-'));
		try {
			let count = 0;
			const used = await measure(async () => (count = await images(job, folder)), job.watchesMemory);
			if (count !== job.items) throw new Error(`${count} images came of ${job.items} items`);
			return used;
		} finally {
			rmSync(folder, { recursive: true, force: true });
			if (job.client === 'node' || job.client === 'helpers') (await import('./nodeRun')).forgetImages();
		}
	},
} satisfies ClientService);
