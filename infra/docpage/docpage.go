// Package docpage reads the page that go doc shows of a package, so that tests can hold
// it against what it describes.
package docpage

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// Page is the comment of a package.
type Page struct {
	Text     string
	Blocks   []string        // its code blocks, without the indentation
	Examples map[string]bool // the Example functions of the folder's tests
	Source   string          // of those functions' files
}

// Read reads the package in a folder.
func Read(dir string) (p Page, err error) {
	fset := token.NewFileSet()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return p, err
	}
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return p, err
		}
		files = append(files, f)
	}
	all, err := doc.NewFromFiles(fset, files, "page")
	if err != nil {
		return p, fmt.Errorf("read the package in %s: %w", dir, err)
	}
	p.Text = all.Doc
	for _, block := range new(comment.Parser).Parse(all.Doc).Content {
		if code, ok := block.(*comment.Code); ok {
			p.Blocks = append(p.Blocks, code.Text)
		}
	}
	return p, p.examples(names, files)
}

func (p *Page) examples(names []string, files []*ast.File) error {
	p.Examples = map[string]bool{}
	for i, f := range files {
		for _, e := range doc.Examples(f) {
			p.Examples["Example"+e.Name] = true
		}
		if !strings.HasPrefix(filepath.Base(names[i]), "example_") {
			continue
		}
		source, err := os.ReadFile(names[i])
		if err != nil {
			return err
		}
		p.Source += string(source)
	}
	return nil
}
