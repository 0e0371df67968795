package crash

import (
	"bytes"
	"os"
	"strconv"
)

// resident is how much memory the process uses, in bytes.
func resident() int64 {
	data, err := os.ReadFile("/proc/self/statm")
	fields := bytes.Fields(data)
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * int64(os.Getpagesize())
}

// outOfMemoryKills is how many processes the kernel has killed for lack of memory:
// that of a Lambda environment runs one function.
func outOfMemoryKills() int64 {
	data, err := os.ReadFile("/proc/vmstat")
	_, rest, found := bytes.Cut(data, []byte("\noom_kill "))
	if err != nil || !found {
		return 0
	}
	text, _, _ := bytes.Cut(rest, []byte("\n"))
	n, _ := strconv.ParseInt(string(text), 10, 64)
	return n
}
