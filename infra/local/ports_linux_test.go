package local_test

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// listeners are the TCP addresses on which a process or one that it started
// listens, from /proc.
func listeners(t *testing.T, pid int) []netip.AddrPort {
	t.Helper()
	inodes := map[string]bool{}
	for _, p := range tree(t, pid) {
		fds, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", p))
		for _, fd := range fds {
			if to, err := os.Readlink(fd); err == nil && strings.HasPrefix(to, "socket:[") {
				inodes[strings.TrimSuffix(strings.TrimPrefix(to, "socket:["), "]")] = true
			}
		}
	}
	var all []netip.AddrPort
	for _, table := range []string{"tcp", "tcp6"} {
		for _, f := range fields(t, "/proc/net/"+table) {
			if len(f) > 9 && f[3] == "0A" && inodes[f[9]] {
				all = append(all, address(t, f[1]))
			}
		}
	}
	return all
}

// tree is the process with all that it started.
func tree(t *testing.T, pid int) []int {
	t.Helper()
	all := []int{pid}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		data, _ := os.ReadFile(path) // it may have ended
		_, after, _ := strings.Cut(string(data), ") ")
		if f := strings.Fields(after); len(f) < 2 || f[1] != strconv.Itoa(pid) { // state, parent
			continue
		}
		if child, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			all = append(all, tree(t, child)...)
		}
	}
	return all
}

func fields(t *testing.T, path string) (all [][]string) {
	t.Helper()
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil // no IPv6 here
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		all = append(all, strings.Fields(lines.Text()))
	}
	return all
}

// address reads the kernel's hexadecimal: words of 32 bits in the machine's order.
func address(t *testing.T, text string) netip.AddrPort {
	t.Helper()
	host, port, _ := strings.Cut(text, ":")
	ip, err := hex.DecodeString(host)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(ip); i += 4 {
		slices.Reverse(ip[i : i+4])
	}
	n, err := strconv.ParseUint(port, 16, 16)
	addr, ok := netip.AddrFromSlice(ip)
	if err != nil || !ok {
		t.Fatalf("%s is no address: %v", text, err)
	}
	return netip.AddrPortFrom(addr.Unmap(), uint16(n))
}

func TestListenersOfProcessAreFound(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if got := fmt.Sprint(listeners(t, os.Getpid())); !strings.Contains(got, l.Addr().String()) {
		t.Errorf("%s is not among %s", l.Addr(), got)
	}
}
