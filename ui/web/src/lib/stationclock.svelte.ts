// What the station's clock says. A browser's own may be wrong, and the days of the registers are the station's.

import { isoDay } from './format'

class StationClock {
  /** By how much the station's clock is ahead of this browser's, in milliseconds; 0 until it was heard. */
  private ahead = 0
  private heardTimes = $state(0)

  /** Takes the station's time from an answer that has just come. */
  heard(now: string): void {
    const at = Date.parse(now)
    if (Number.isNaN(at)) return
    this.ahead = at - Date.now()
    this.heardTimes++
  }

  /** The station's time, as near as its last answer tells it. */
  get now(): Date {
    void this.heardTimes // whatever shows it looks again with each answer
    return new Date(Date.now() + this.ahead)
  }

  /** The station's Roman day as YYYY-MM-DD. */
  get today(): string {
    return isoDay(this.now)
  }
}

export const stationClock = new StationClock()
