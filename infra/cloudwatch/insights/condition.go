package insights

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// condition says whether a row is kept.
type condition func(Row) bool

func (p *parser) either() (condition, error) {
	left, err := p.all()
	for err == nil && p.take("or") {
		var right condition
		before := left
		right, err = p.all()
		left = func(r Row) bool { return before(r) || right(r) }
	}
	return left, err
}

func (p *parser) all() (condition, error) {
	left, err := p.term()
	for err == nil && p.take("and") {
		var right condition
		before := left
		right, err = p.term()
		left = func(r Row) bool { return before(r) && right(r) }
	}
	return left, err
}

func (p *parser) term() (condition, error) {
	switch {
	case p.take("not"):
		is, err := p.term()
		return func(r Row) bool { return !is(r) }, err
	case p.take("("):
		is, err := p.either()
		if err == nil && !p.take(")") {
			err = errors.New("a bracket has no end")
		}
		return is, err
	}
	field, err := p.field()
	switch {
	case err != nil:
		return nil, err
	case p.take("in"):
		return p.among(field)
	}
	return p.comparison(field)
}

func (p *parser) among(field string) (condition, error) {
	if !p.take("[") {
		return nil, errors.New("in is followed by a list in square brackets")
	}
	values, err := list(p, p.constant)
	if err == nil && !p.take("]") {
		err = errors.New("a list has no end")
	}
	return func(r Row) bool { return slices.Contains(values, r[field]) }, err
}

func (p *parser) comparison(field string) (condition, error) {
	op := p.next()
	value, err := p.constant()
	if err != nil || !slices.Contains([]string{"=", "!=", "<", "<=", ">", ">="}, op) {
		return nil, errors.Join(err, fmt.Errorf("%q is no comparison", op))
	}
	return func(r Row) bool {
		got := r[field]
		if op == "=" || op == "!=" {
			return (got == value) == (op == "=")
		}
		a, failed := strconv.ParseFloat(got, 64)
		b, wrong := strconv.ParseFloat(value, 64)
		sign := cmp.Compare(a, b)
		return failed == nil && wrong == nil && (op[0] == '<' && sign < 0 || op[0] == '>' && sign > 0 || len(op) == 2 && sign == 0)
	}, nil
}

// constant reads a number or a text.
func (p *parser) constant() (string, error) {
	word := p.next()
	if _, err := strconv.ParseFloat(word, 64); err == nil || strings.HasPrefix(word, `"`) {
		return strings.Trim(word, `"`), nil
	}
	return "", fmt.Errorf("%q is neither a number nor a quoted string", word)
}
