/* eslint-disable */
import { startClient, type Job, type Used } from './client';
import { startGateway, type GatewayAddress, type GatewayFigures, type GatewayLoad } from './gateway';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** The gateway's address is the lane's own. */
export type LaneJob = Without<Job, keyof GatewayAddress>;

/** A client and its gateway, each in a process of its own. */
export interface Lane {
	/** One load, from the first request to the last image. */
	run(load: GatewayLoad, job: LaneJob): Promise<GatewayFigures & Used>;
	close(): Promise<void>;
}

export async function openLane(): Promise<Lane> {
	const [gateway, client] = await Promise.all([startGateway(), startClient()]);
	const address = await gateway.address();
	return {
		async run(load, job) {
			await gateway.load(load);
			const used = await client.run({ ...job, ...address } as Job);
			return { ...(await gateway.figures()), ...used };
		},
		async close() {
			await Promise.all([gateway.stop(), client.stop()]);
		},
	};
}

/** A lane for as long as the work takes. */
export async function withLane<T>(work: (lane: Lane) => Promise<T>): Promise<T> {
	const lane = await openLane();
	try {
		return await work(lane);
	} finally {
		await lane.close();
	}
}
