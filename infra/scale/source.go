package scale

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
)

// source reads constants of the code that no other package may use, and keeps the first
// error. Durations are in seconds.
type source struct {
	dir string // of the project
	err error
}

// number is a constant of a package below internal.
func (s *source) number(pkg, name string) float64 {
	v, err := s.value(pkg, name)
	if err == nil {
		var n float64
		if n, err = evaluate(v); err == nil {
			return n
		}
	}
	s.fail(pkg, name, err)
	return 0
}

// numbers are the elements of a slice.
func (s *source) numbers(pkg, name string) (all []float64) {
	v, err := s.value(pkg, name)
	list, ok := v.(*ast.CompositeLit)
	if err == nil && !ok {
		err = errors.New("is not a list")
	}
	if err != nil {
		s.fail(pkg, name, err)
		return nil
	}
	for _, element := range list.Elts {
		n, err := evaluate(element)
		s.fail(pkg, name, err)
		all = append(all, n)
	}
	return all
}

func (s *source) fail(pkg, name string, err error) {
	if err != nil {
		s.err = errors.Join(s.err, fmt.Errorf("%s of internal/%s: %w; infra/scale/inputs.go reads it", name, pkg, err))
	}
}

var errMissing = errors.New("is not declared")

// value is the expression that a name of a package is declared with.
func (s *source) value(pkg, name string) (ast.Expr, error) {
	files, err := filepath.Glob(filepath.Join(s.dir, "internal", pkg, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		if v := declared(f, name); v != nil {
			return v, nil
		}
	}
	return nil, errMissing
}

func declared(f *ast.File, name string) ast.Expr {
	for _, d := range f.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range group.Specs {
			if v, ok := spec.(*ast.ValueSpec); ok && len(v.Values) == 1 && v.Names[0].Name == name {
				return v.Values[0]
			}
		}
	}
	return nil
}

// units of package time, in seconds.
var units = map[string]float64{"Millisecond": 1e-3, "Second": 1, "Minute": 60, "Hour": 3600}

// evaluate computes a number, a duration, or a product of them.
func evaluate(e ast.Expr) (float64, error) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.INT || e.Kind == token.FLOAT {
			return strconv.ParseFloat(strings.ReplaceAll(e.Value, "_", ""), 64)
		}
	case *ast.SelectorExpr:
		if n, ok := units[e.Sel.Name]; ok {
			return n, nil
		}
	case *ast.BinaryExpr:
		x, err := evaluate(e.X)
		if err != nil || e.Op != token.MUL {
			break
		}
		y, err := evaluate(e.Y)
		return x * y, err
	}
	return 0, errors.New("is not a number, a duration or a product of them")
}
