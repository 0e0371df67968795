package count

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/infra/local/template"
)

// overhead is what DynamoDB charges for each item besides its bytes, in the table and in
// each index.
const overhead = 100

// index is a global secondary index as CreateTable has it.
type index struct {
	IndexName  string
	KeySchema  []struct{ AttributeName string }
	Projection struct {
		ProjectionType   string
		NonKeyAttributes []string
	}
}

// sizes returns the bytes of each table and each table/index.
func (s *stack) sizes(ctx context.Context) (map[string]float64, error) {
	all := map[string]float64{}
	client := dynamodb.NewFromConfig(s.target.AWS)
	for _, table := range s.Template.Tables {
		pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &table.Name})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, fmt.Errorf("scan %s: %w", table.Name, err)
			}
			if err := s.sum(all, table, page.Items); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// sum adds the items of a table.
func (s *stack) sum(all map[string]float64, table template.Table, items []map[string]types.AttributeValue) error {
	name := s.plain(table.Name)
	var made struct {
		KeySchema              []struct{ AttributeName string }
		GlobalSecondaryIndexes []index
	}
	text, err := json.Marshal(table.Create)
	if err == nil {
		err = json.Unmarshal(text, &made)
	}
	if err != nil {
		return fmt.Errorf("read the definition of %s: %w", table.Name, err)
	}
	for _, item := range items {
		all[name] += overhead + size(item, slices.Collect(maps.Keys(item)))
		for _, i := range made.GlobalSecondaryIndexes {
			for _, key := range made.KeySchema {
				i.Projection.NonKeyAttributes = append(i.Projection.NonKeyAttributes, key.AttributeName)
			}
			all[name+"/"+i.IndexName] += i.size(item)
		}
	}
	return nil
}

// size is that of an item in the index, 0 if it is not there.
func (i index) size(item map[string]types.AttributeValue) float64 {
	names := slices.Clone(i.Projection.NonKeyAttributes)
	for _, key := range i.KeySchema {
		if item[key.AttributeName] == nil {
			return 0
		}
		names = append(names, key.AttributeName)
	}
	slices.Sort(names)
	return overhead + size(item, slices.Compact(names))
}

// size is the bytes of names and values.
func size(item map[string]types.AttributeValue, names []string) (n float64) {
	for _, name := range names {
		if v := item[name]; v != nil {
			n += float64(len(name) + valueSize(v))
		}
	}
	return n
}

func valueSize(v types.AttributeValue) (n int) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		return len(v.Value)/2 + 1
	case *types.AttributeValueMemberB:
		return len(v.Value)
	case *types.AttributeValueMemberSS:
		return len(strings.Join(v.Value, ""))
	case *types.AttributeValueMemberL:
		for _, one := range v.Value {
			n += 1 + valueSize(one)
		}
		return n + 3
	case *types.AttributeValueMemberM:
		for name, one := range v.Value {
			n += 1 + len(name) + valueSize(one)
		}
		return n + 3
	}
	return 1
}
