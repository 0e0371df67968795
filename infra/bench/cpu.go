package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ticks is how many units of /proc's CPU times make a second: USER_HZ, 100 on
// every architecture that Go runs Linux on.
const ticks = 100

// spent is the CPU time, in seconds, user and system together, of a stack's
// processes, by what they are. Processes that have ended are in it.
type spent struct {
	Events    int     `json:"events"`
	Payhooks  float64 `json:"payhooks"`
	Engine    float64 `json:"engine"`
	Functions float64 `json:"functions"`
}

// Sum is the CPU time of all processes.
func (s spent) Sum() float64 { return s.Payhooks + s.Engine + s.Functions }

// Rate is the events per CPU second.
func (s spent) Rate() float64 { return float64(s.Events) / s.Sum() }

func (s spent) since(before spent) spent {
	s.Payhooks -= before.Payhooks
	s.Engine -= before.Engine
	s.Functions -= before.Functions
	return s
}

func total(all []spent) spent {
	var t spent
	for _, s := range all {
		t.Events += s.Events
		t.Payhooks += s.Payhooks
		t.Engine += s.Engine
		t.Functions += s.Functions
	}
	return t
}

// process is what /proc has of one.
type process struct {
	pid, parent int
	name        string  // the first 15 bytes of its program's
	own, ended  float64 // seconds, its own and those of the children it waited for
}

// cpuOf is what the tree of processes below root has spent. Ended processes
// are counted where their parent waited for them; those of root are functions,
// since it waits for an engine only when that dies.
func cpuOf(proc string, root int) (spent, error) {
	all, err := processes(proc)
	if err != nil {
		return spent{}, err
	}
	var s spent
	found := false
	for _, p := range all {
		if !below(all, p.pid, root) {
			continue
		}
		switch {
		case p.pid == root:
			found = true
			s.Payhooks += p.own
			s.Functions += p.ended
		case p.name == "dynoxide":
			s.Engine += p.own + p.ended
		default:
			s.Functions += p.own + p.ended
		}
	}
	if !found {
		return spent{}, fmt.Errorf("process %d is not there", root)
	}
	return s, nil
}

func below(all map[int]process, pid, root int) bool {
	for range len(all) {
		if pid == root {
			return true
		}
		p, ok := all[pid]
		if !ok {
			return false
		}
		pid = p.parent
	}
	return false
}

func processes(proc string) (map[int]process, error) {
	files, err := filepath.Glob(filepath.Join(proc, "[0-9]*", "stat"))
	if err != nil || len(files) == 0 {
		return nil, errors.Join(errors.New("CPU times are measured on Linux only: there is no /proc"), err)
	}
	all := map[int]process{}
	for _, file := range files {
		text, err := os.ReadFile(file) //nolint:gosec // of /proc
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue
		}
		if err != nil {
			return nil, err
		}
		p, err := parseStat(string(text))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		all[p.pid] = p
	}
	return all, nil
}

// parseStat reads /proc/PID/stat, see proc_pid_stat(5). The name is in
// parentheses and may have any characters in it.
func parseStat(text string) (process, error) {
	open, end := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 1 || end < open {
		return process{}, errors.New("it has no name")
	}
	pid, err := strconv.Atoi(strings.TrimSpace(text[:open]))
	fields := strings.Fields(text[end+1:]) // from field 3, the state
	if err != nil || len(fields) < 15 {
		return process{}, errors.New("it is too short")
	}
	n := make([]int, 15)
	for _, i := range []int{1, 11, 12, 13, 14} {
		if n[i], err = strconv.Atoi(fields[i]); err != nil {
			return process{}, err
		}
	}
	return process{
		pid: pid, parent: n[1], name: text[open+1 : end],
		own: float64(n[11]+n[12]) / ticks, ended: float64(n[13]+n[14]) / ticks,
	}, nil
}
