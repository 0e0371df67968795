//go:build !linux

package crash

func resident() int64 { return 0 }

func outOfMemoryKills() int64 { return 0 }
