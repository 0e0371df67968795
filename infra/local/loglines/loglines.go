// Package loglines keeps what the functions of the local stack wrote, by log group, as
// CloudWatch Logs does for a deployed one.
package loglines

import (
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	kept = 5000 // lines in memory
	// longest bounds one line in memory.
	longest = 16 << 10
)

// Lines are the newest lines of all groups. Its zero value is empty. Safe for concurrent
// use.
type Lines struct {
	mu    sync.Mutex
	lines []Line
	next  int // number of the next line
}

// Line is one line as it was written.
type Line struct {
	Number int
	At     time.Time
	Group  string // name of the log group
	Text   string
}

// Function is whose group it is: the last part of its name.
func (l Line) Function() string { return l.Group[strings.LastIndexByte(l.Group, '/')+1:] }

// Add keeps a line. Nothing forgets it but newer lines.
func (l *Lines) Add(at time.Time, group, text string) {
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) >= kept {
		l.lines = slices.Delete(l.lines, 0, kept/10)
	}
	l.lines = append(l.lines, Line{l.next, at, group, text})
	l.next++
}

// All are the lines that are kept, the oldest first.
func (l *Lines) All() []Line {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}
