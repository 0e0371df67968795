package check

import "testing"

func TestBlockThatDoesNotFitItsFunctionIsRefused(t *testing.T) {
	refuses(t, "testdata/blocks.yaml")
}
