package check

import (
	"fmt"
	"io/fs"
	"reflect"

	"go.yaml.in/yaml/v3"
)

// indexFile has the indexes of the deployed tables. It is written by
// hand: what it says of an index may not change, since DynamoDB cannot change it
// and CloudFormation would delete the index and build another, during which its
// readers fail.
const indexFile = "infra/indexes.yaml"

type index struct {
	Key   []string
	Holds []string // attributes besides the keys; KEYS_ONLY and ALL stand for themselves
}

// checkIndexes: the tables' indexes are as indexFile has them.
func checkIndexes(files fs.FS, root *stack, report reporter) error {
	data, err := fs.ReadFile(files, indexFile)
	if err != nil {
		return err
	}
	recorded := map[string]map[string]index{}
	if err := yaml.Unmarshal(data, &recorded); err != nil {
		return fmt.Errorf("%s: %w", indexFile, err)
	}
	for t := range root.each(table) {
		is, was := indexesOf(t), recorded[t.id]
		for _, name := range sorted(is) {
			before, deployed := was[name]
			switch {
			case !deployed:
				report("%s: the index %s is not in %s: add it there, one index a release, and what reads it in the next", t, name, indexFile)
			case !reflect.DeepEqual(is[name], before):
				report("%s: the index %s is not as in %s; a changed projection or key needs a new name, or its readers fail while it is built", t, name, indexFile)
			}
		}
		for _, name := range sorted(was) {
			if _, kept := is[name]; !kept {
				report("%s: the index %s is gone; take it out of %s too, a release after its last reader", t, name, indexFile)
			}
		}
	}
	return nil
}

func indexesOf(t place) map[string]index {
	all := map[string]index{}
	for _, i := range list(t.props()["GlobalSecondaryIndexes"]) {
		var holds []string
		for _, a := range list(at(i, "Projection", "NonKeyAttributes")) {
			holds = append(holds, text(a))
		}
		if kind := text(at(i, "Projection", "ProjectionType")); kind != "INCLUDE" {
			holds = []string{kind}
		}
		all[text(at(i, "IndexName"))] = index{Key: attributes(at(i, "KeySchema")), Holds: holds}
	}
	return all
}

// attributes lists the attributes of a key, the hash key first.
func attributes(schema any) (names []string) {
	for _, k := range list(schema) {
		names = append(names, text(at(k, "AttributeName")))
	}
	return names
}
