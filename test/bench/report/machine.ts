/* eslint-disable */
import { availableParallelism, cpus, totalmem } from 'node:os';

/** What the figures depend on, without anything that identifies the machine. */
export interface Machine {
	cores: number;
	processor: string;
	memoryGigabytes: number;
	node: string;
	platform: string;
}

export function readMachine(): Machine {
	return {
		cores: availableParallelism(),
		processor: cpus()[0]?.model.replace(/\s+/g, ' ').trim() || 'unknown processor',
		memoryGigabytes: Math.round(totalmem() / 2 ** 30),
		node: process.versions.node,
		platform: process.platform,
	};
}

export function sayMachine({ cores, processor, memoryGigabytes, node, platform }: Machine): string {
	return `${cores} cores (${processor}), ${memoryGigabytes} GB memory, Node.js ${node}, ${platform}`;
}
