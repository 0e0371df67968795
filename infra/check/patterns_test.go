package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/local/logfilter"
)

func TestFilterOrLogThatAStrangerCanShapeIsRefused(t *testing.T) {
	refuses(t, "testdata/filters.yaml")
}

// TestFiltersCountWordsThatTheCodeWrites: a misspelt one would stay silent for ever.
func TestFiltersCountWordsThatTheCodeWrites(t *testing.T) {
	root, err := load(os.DirFS(repository), "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	words, n := literals(t, filepath.Join(repository, "internal")), 0
	for f := range root.each(filter) {
		p, err := logfilter.Parse(f.in.text(f.props()["FilterPattern"]))
		if err != nil {
			t.Error(f, err)
		}
		for _, terms := range p {
			for _, term := range terms {
				word, text := term.Value.(string)
				if text && !strings.HasPrefix(terms[0].Field, "$.type") && terms[0].Value != "access" && !words[word] {
					t.Errorf("%s: nothing below internal/ writes %q", f, word)
				}
				n++
			}
		}
	}
	if n == 0 {
		t.Error("no filter was read")
	}
}

// literals are the texts in the code below a folder.
func literals(t *testing.T, dir string) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				if s, err := strconv.Unquote(l.Value); err == nil {
					all[s] = true
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
