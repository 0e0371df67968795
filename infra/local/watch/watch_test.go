package watch

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestOnlyWhatFunctionsAreMadeOfIsNoticed(t *testing.T) {
	dir := t.TempDir()
	write := func(name string) {
		path := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(path), 0o700)
		if err == nil {
			err = os.WriteFile(path, []byte(name+time.Now().String()), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	write("functions/x/main.go")
	write("functions/x/testdata/a.json")
	write("internal/y/mail.tmpl")
	for name, want := range map[string]bool{
		"functions/x/main.go": true, "functions/new/main.go": true, "internal/y/mail.tmpl": true, "template.yaml": true, "go.mod": true,
		"functions/x/main_test.go": false, "functions/x/testdata/a.json": false, "functions/x/.main.go.swp": false, "functions/x/main.go~": false, "README.md": false,
	} {
		files := New(dir)
		write(name)
		ctx, cancel := context.WithTimeout(t.Context(), map[bool]time.Duration{true: 30 * time.Second, false: 2 * every}[want])
		changed, err := files.Wait(ctx)
		if (err == nil) != want || want && !slices.Contains(changed, name) {
			t.Errorf("%s: noticed is %t, %q", name, err == nil, changed)
		}
		cancel()
	}
	files := New(dir)
	if err := os.RemoveAll(filepath.Join(dir, "functions/new")); err != nil {
		t.Fatal(err)
	}
	if changed, err := files.Wait(t.Context()); err != nil || !slices.Contains(changed, "functions/new/main.go") {
		t.Errorf("%q, %v", changed, err)
	}
}
