/* eslint-disable */
import { setTimeout as pause } from 'node:timers/promises';

export interface Used {
	/** CPU time of all threads of this process. */
	cpuMs: number;
	tookMs: number;
	/** Resident memory before the work, and its peak during the work, which is only measured on request. */
	idleBytes: number;
	peakBytes: number;
}

const SAMPLE_EVERY_MS = 10;
const SETTLE_MS = 300;

/** What this process uses during the work. Measuring the memory also takes CPU time. */
export async function measure(work: () => Promise<unknown>, watchesMemory = false): Promise<Used> {
	await pause(SETTLE_MS);
	const idleBytes = process.memoryUsage.rss();
	const highest = maxRss();
	let peakBytes = idleBytes;
	const sample = (): void => void (peakBytes = Math.max(peakBytes, process.memoryUsage.rss()));
	const timer = watchesMemory ? setInterval(sample, SAMPLE_EVERY_MS) : undefined;
	const cpu = process.cpuUsage();
	const from = performance.now();
	try {
		await work();
		const { user, system } = process.cpuUsage(cpu);
		const tookMs = performance.now() - from;
		// The system's maximum misses no peak, but only changes if a peak is higher than all earlier ones.
		if (maxRss() > highest) peakBytes = Math.max(peakBytes, maxRss());
		return { cpuMs: (user + system) / 1000, tookMs, idleBytes, peakBytes };
	} finally {
		clearInterval(timer);
	}
}

function maxRss(): number {
	return process.resourceUsage().maxRSS * 1024;
}
