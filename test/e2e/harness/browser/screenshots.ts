/* eslint-disable */
import 'jest-image-snapshot';
import { configureToMatchImageSnapshot } from 'jest-image-snapshot';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';

import { outFolder, screenshotFolder } from '../run/paths';

/**
 * Chromium and its fonts differ a little between machines. The text of the page is compared exactly, so the pixels
 * only need to be similar.
 */
const TOLERATED_SHARE = 0.03;

/** Cuts off the border, because rounded corners would show what is behind the panel. */
const BORDER = 3;

expect.extend({
	toMatchImageSnapshot: configureToMatchImageSnapshot({
		customSnapshotsDir: screenshotFolder,
		customDiffDir: join(outFolder, 'differences'),
		failureThreshold: TOLERATED_SHARE,
		failureThresholdType: 'percent',
		// A changed word is smaller than the tolerated share, but must be in the new screenshot.
		updatePassedSnapshot: true,
	}),
});

/** The maximum size of a screenshot, in CSS pixels from the upper left corner of the panel. */
export interface Size {
	readonly width: number;
	readonly height: number;
}

/** Compares the panel with the screenshot and the text of this name. Jest's `-u` renews both. */
export async function expectScreenshot(
	page: Page,
	name: string,
	panel: Locator,
	size: Partial<Size> = {},
): Promise<void> {
	await closeMessages(page);
	const image = await page.screenshot({ animations: 'disabled', caret: 'hide', clip: await clipOf(panel, size) });
	expect(withoutRandomParts(await panel.ariaSnapshot())).toMatchSnapshot(name);
	expect(image).toMatchImageSnapshot({ customSnapshotIdentifier: () => name });
}

async function clipOf(
	panel: Locator,
	{ width = Infinity, height = Infinity }: Partial<Size>,
): Promise<Size & { x: number; y: number }> {
	const box = await boxOf(panel);
	const [x, y] = [Math.ceil(box.x) + BORDER, Math.ceil(box.y) + BORDER];
	const right = Math.floor(box.x + box.width) - BORDER;
	const bottom = Math.floor(box.y + box.height) - BORDER;
	return { x, y, width: Math.min(width, right - x), height: Math.min(height, bottom - y) };
}

/** The position and size of a panel on the page, in CSS pixels. */
export async function boxOf(panel: Locator): Promise<Size & { x: number; y: number }> {
	const box = await panel.boundingBox();
	if (box === null) throw new Error('The panel is not on the page');
	return box;
}

/** Closes the messages in the corner and waits until they have disappeared. */
export async function closeMessages(page: Page): Promise<void> {
	for (const message of await page.locator('.el-notification__closeBtn').all())
		await message.click({ timeout: 1_000 }).catch(() => undefined);
	await page
		.locator('.el-notification')
		.first()
		.waitFor({ state: 'detached', timeout: 5_000 })
		.catch(() => undefined);
}

/** Task IDs, signed file URLs, and durations change with each run. */
function withoutRandomParts(words: string): string {
	return words
		.replace(/\btask_\w+/g, '<task>')
		.replace(/\/projects\/\w+/g, '/projects/<project>')
		.replace(/\bSuccess in [\d.]+m?s/g, 'Success in <time>')
		.replace(/\/r\/\w+\.(\w+)\?expires=\d+&signature=\w+/g, '/r/<file>.$1?<signature>');
}
