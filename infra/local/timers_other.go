//go:build !linux

package local

// relaxTimers does nothing: only Linux lets a process say how late its timers may fire.
func relaxTimers() {}
