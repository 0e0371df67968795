package scale

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const code = `package p

const (
	two, three = 2, 3
	many       = 1_000
)

var waits = []int{5 * time.Second, 2 * time.Minute, time.Hour}

const text = "5"

const shifted = 1 << 3
`

func written(t *testing.T) *source {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "internal", "p"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"p.go": code, "p_test.go": "package p\n\nconst tested = 1\n"} {
		if err := os.WriteFile(filepath.Join(dir, "internal", "p", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return &source{dir: dir}
}

func TestConstantsAreRead(t *testing.T) {
	s := written(t)
	if n, all := s.number("p", "many"), s.numbers("p", "waits"); n != 1000 || !slices.Equal(all, []float64{5, 120, 3600}) || s.err != nil {
		t.Errorf("%v, %v, %v", n, all, s.err)
	}
}

func TestConstantsThatCannotBeReadAreNamed(t *testing.T) {
	for _, c := range []struct {
		name, want string
		read       func(*source, string)
	}{
		{"gone", "gone of internal/p: is not declared", func(s *source, name string) { s.number("p", name) }},
		{"tested", "is not declared", func(s *source, name string) { s.number("p", name) }},
		{"two", "is not declared", func(s *source, name string) { s.number("p", name) }},
		{"text", "is not a number", func(s *source, name string) { s.number("p", name) }},
		{"shifted", "is not a number", func(s *source, name string) { s.number("p", name) }},
		{"many", "is not a list", func(s *source, name string) { s.numbers("p", name) }},
		{"gone", "is not declared", func(s *source, name string) { s.numbers("p", name) }},
	} {
		s := written(t)
		if c.read(s, c.name); s.err == nil || !strings.Contains(s.err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, s.err, c.want)
		}
	}
}
