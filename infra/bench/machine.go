package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
)

// machine describes what a run was measured on, as far as /proc knows.
func machine() string {
	cpu := fieldOf("/proc/cpuinfo", "model name")
	if strings.Contains(" "+fieldOf("/proc/cpuinfo", "flags")+" ", " sha_ni ") {
		cpu += " with SHA extensions"
	}
	var kb float64
	_, _ = fmt.Sscan(fieldOf("/proc/meminfo", "MemTotal"), &kb) // 0 where there is none
	text := fmt.Sprintf("%d cores, %s/%s, %s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	if kb > 0 {
		text += fmt.Sprintf(", %s, %.0f GB", cpu, kb/1e6)
	}
	return text
}

// fieldOf is the first value of a name in a file of "name : value" lines.
func fieldOf(file, name string) string {
	f, err := os.Open(file) //nolint:gosec // the two above
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if key, value, is := strings.Cut(lines.Text(), ":"); is && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
