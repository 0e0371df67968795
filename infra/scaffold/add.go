package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/lambdacall"
)

//go:embed templates
var templates embed.FS

var parsed = template.Must(template.New("").Funcs(template.FuncMap{
	"join": strings.Join, "env": environment,
}).ParseFS(templates, "templates/*.tmpl"))

// Change is one file that an addition or a removal writes. Text is nil for one that is
// deleted.
type Change struct {
	Path string // below the project's folder
	Text []byte
	New  bool // there is none before
}

// written is what the templates see.
type written struct {
	Action
	ID      string
	Samples []string
	Own     bool // template.yaml declares the table's parameter
}

// Add returns what has to be written to add the action to the project in dir, and writes
// nothing.
func Add(dir string, a Action) ([]Change, error) {
	if err := a.check(dir); err != nil {
		return nil, err
	}
	w := written{Action: a, ID: lambdacall.LogicalID(a.Name)}
	var changes []Change
	for _, t := range a.Types {
		sample, err := events.Sample(t, events.Latest)
		if err != nil {
			continue // Stripe sends it as a thin event only
		}
		w.Samples = append(w.Samples, t)
		changes = append(changes, Change{Path: w.file("testdata", t+".json"), Text: sample, New: true})
	}
	if len(w.Samples) == 0 {
		return nil, fmt.Errorf("there is no sample of %s to test the action with: add one of the others that payhooks trigger --list names", strings.Join(a.Types, ", "))
	}
	code, err := w.code()
	if err != nil {
		return nil, err
	}
	blocks, err := w.blocks(dir)
	return slices.Concat(code, changes, blocks), err
}

func (w written) file(parts ...string) string {
	return filepath.Join(append([]string{"functions", w.Name}, parts...)...)
}

// code are the function and its test.
func (w written) code() (changes []Change, err error) {
	for file, name := range map[string]string{"main.go": "main", "handle.go": "handle", "handle_test.go": "test"} {
		text, err := w.fill(name + "_" + string(w.Effect) + ".go.tmpl")
		if err != nil {
			return nil, err
		}
		if text, err = format.Source(text); err != nil {
			return nil, fmt.Errorf("format %s: %w", file, err)
		}
		changes = append(changes, Change{Path: w.file(file), Text: text, New: true})
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return changes, nil
}

func (w written) fill(name string) ([]byte, error) {
	var out bytes.Buffer
	if err := parsed.ExecuteTemplate(&out, name, w); err != nil {
		return nil, fmt.Errorf("write from the template %s: %w", name, err)
	}
	return out.Bytes(), nil
}

// blocks are template.yaml and, for a new table, infra/data.yaml with the action in them.
func (w written) blocks(dir string) ([]Change, error) {
	block, err := w.fill("block.yaml.tmpl")
	if err != nil {
		return nil, err
	}
	parameters, err := w.fill("parameters.yaml.tmpl")
	if err != nil {
		return nil, err
	}
	main, err := insert(dir, "template.yaml", map[string]string{"\nConditions:\n": string(parameters), "\nOutputs:\n": "\n" + string(block)})
	if err != nil || w.Table == "" {
		return []Change{main}, err
	}
	data, err := os.ReadFile(filepath.Join(dir, "infra/data.yaml")) //nolint:gosec // of the project
	if err != nil {
		return nil, err
	}
	if strings.Contains(string(data), "TableName: !Sub '${Stack}-"+w.Table+"'") {
		return nil, fmt.Errorf("--state %s: infra/data.yaml has that table already, and a table belongs to one action", w.Table)
	}
	table, err := w.fill("table.yaml.tmpl")
	if err != nil {
		return nil, err
	}
	store, err := insert(dir, "infra/data.yaml", map[string]string{"\nOutputs:\n": "\n" + string(table)})
	return []Change{main, store}, err
}

// insert puts texts in front of places of a file, each of which it has once.
func insert(dir, file string, before map[string]string) (Change, error) {
	raw, err := os.ReadFile(filepath.Join(dir, file)) //nolint:gosec // of the project
	if err != nil {
		return Change{}, err
	}
	text := string(raw)
	for place, added := range before {
		if strings.Count(text, place) != 1 {
			return Change{}, fmt.Errorf("%s has not exactly one line %q, where the action belongs", file, strings.TrimSpace(place))
		}
		text = strings.Replace(text, place, added+place, 1)
	}
	return Change{Path: file, Text: []byte(text)}, nil
}

// Write makes the changes in the project's folder. It never overwrites a file that
// should be new.
func Write(dir string, changes []Change) error {
	for _, c := range changes {
		path := filepath.Join(dir, c.Path)
		if c.Text == nil {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // source code
			return err
		}
		how := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
		if c.New {
			how = os.O_WRONLY | os.O_CREATE | os.O_EXCL
		}
		f, err := os.OpenFile(path, how, 0o644) //nolint:gosec // source code
		if err != nil {
			return err
		}
		_, err = f.Write(c.Text)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// environment is the name of a variable of the action: NOTIFY_CHURN_URL.
func environment(name, what string) string {
	return strings.ToUpper(strings.ReplaceAll(name, "-", "_")) + "_" + what
}
