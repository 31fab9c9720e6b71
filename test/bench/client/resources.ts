/* eslint-disable */
import { setTimeout as pause } from 'node:timers/promises';

export interface Used {
	/** Of this process, over all its threads. */
	cpuMs: number;
	tookMs: number;
	/** Resident memory before, and the most of it during the work, which is only measured on request. */
	idleBytes: number;
	peakBytes: number;
}

const SAMPLE_EVERY_MS = 10;
const SETTLE_MS = 300;

/** What this process uses while it does the work. Measuring the memory takes CPU time, too. */
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
		// The system's own mark misses nothing, but tells only what is higher than ever before.
		if (maxRss() > highest) peakBytes = Math.max(peakBytes, maxRss());
		return { cpuMs: (user + system) / 1000, tookMs, idleBytes, peakBytes };
	} finally {
		clearInterval(timer);
	}
}

function maxRss(): number {
	return process.resourceUsage().maxRSS * 1024;
}
