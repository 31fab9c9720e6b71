/* eslint-disable */
import { startClient, type ClientOptions, type Used } from './client';
import { startApi, type ApiAccess, type ClientFigures, type ApiLoad } from './api';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** The lane adds the URL and key of its own API. */
export type LaneOptions = Without<ClientOptions, keyof ApiAccess>;

/** A client and its API, each in a separate process. */
export interface Lane {
	/** One load, from the first request to the last image. */
	run(load: ApiLoad, options: LaneOptions): Promise<ClientFigures & Used>;
	close(): Promise<void>;
}

export async function openLane(): Promise<Lane> {
	const [api, client] = await Promise.all([startApi(), startClient()]);
	const access = await api.access();
	return {
		async run(load, options) {
			await api.load(load);
			const used = await client.run({ ...options, ...access } as ClientOptions);
			return { ...(await api.figures()), ...used };
		},
		async close() {
			await Promise.all([api.stop(), client.stop()]);
		},
	};
}

/** Opens a lane for the work, and closes it afterwards. */
export async function withLane<T>(work: (lane: Lane) => Promise<T>): Promise<T> {
	const lane = await openLane();
	try {
		return await work(lane);
	} finally {
		await lane.close();
	}
}
