package template

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ref is !Ref: a parameter, a pseudo parameter or a resource.
func (s *scope) ref(n *yaml.Node, name string) (any, error) {
	if v, ok := s.params[name]; ok {
		return v, nil
	}
	r, err := s.find(n, "!Ref "+name, name)
	if err != nil {
		return nil, err
	}
	switch kinds[r.kind].ref {
	case "arn":
		return s.arn(r)
	case "url":
		name, err := s.physical(r)
		return s.queueURL(name), err
	case "none":
		return nil, s.errorf(n, "!Ref %s refers to a nested stack; write !GetAtt %s.Outputs.<name>", name, name)
	}
	return s.physical(r)
}

// find returns the resource that something running refers to.
func (s *scope) find(n *yaml.Node, what, id string) (*resource, error) {
	r := s.resources[id]
	if r == nil {
		if owner := s.resources[strings.TrimSuffix(id, "Role")]; owner != nil && owner.kind == kindFunction {
			return &resource{id: id, kind: "AWS::IAM::Role", node: owner.node}, nil
		}
		if field(field(s.root, "Resources"), id) != nil {
			return nil, s.errorf(n, "%s refers to a resource whose condition is false; put the reference under the same condition", what)
		}
		return nil, s.errorf(n, "%s refers to nothing: there is no resource or parameter %s; it has the resources %s", what, id, strings.Join(s.visible(), ", "))
	}
	if _, ok := kinds[r.kind]; !ok {
		return nil, s.errorf(n, "%s refers to a resource of type %s, which the local stack does not have; make it a parameter, or put both under a condition that is false locally", what, r.kind)
	}
	return r, nil
}

// visible lists the resources that the template itself declares.
func (s *scope) visible() []string {
	ids := slices.Clone(s.order)
	slices.Sort(ids)
	return ids
}

// att is !GetAtt.
func (s *scope) att(n *yaml.Node, id, attr string) (any, error) {
	what := fmt.Sprintf("!GetAtt %s.%s", id, attr)
	r, err := s.find(n, what, id)
	if err != nil {
		return nil, err
	}
	if r.kind == kindNested {
		return s.output(n, r, what, attr)
	}
	if attr == "Arn" && kinds[r.kind].arn != "" || r.kind == "AWS::SNS::Topic" && attr == "TopicArn" {
		return s.arn(r)
	}
	name, err := s.physical(r)
	if err != nil {
		return nil, err
	}
	if v, ok := s.special(r, attr, name); ok {
		return v, nil
	}
	return nil, s.errorf(n, "%s: a resource of type %s has no attribute %s that the local stack knows", what, r.kind, attr)
}

// special are the attributes that are not the ARN.
func (s *scope) special(r *resource, attr, name string) (string, bool) {
	switch r.kind + "." + attr {
	case "AWS::DynamoDB::Table.StreamArn":
		return s.streamARN(name), field(r.props, "StreamSpecification") != nil
	case kindQueue + ".QueueName", "AWS::Events::EventBus.Name", "AWS::SNS::Topic.TopicName":
		return name, true
	case kindQueue + ".QueueUrl":
		return s.queueURL(name), true
	case "AWS::SecretsManager::Secret.Id":
		return s.format(kinds[r.kind].arn, name), true
	case kindHTTPAPI + ".ApiEndpoint":
		return fmt.Sprintf("https://%s.execute-api.%s.amazonaws.com", name, s.opts.Region), true
	case "AWS::IAM::Role.RoleId":
		return "AROA" + strings.ToUpper(name), true
	case kindHTTPAPI + ".ApiId":
		return name, true
	}
	return "", false
}

func (s *scope) queueURL(name string) string {
	return s.format("https://sqs.%r.amazonaws.com/%a/%n", name)
}

func (s *scope) streamARN(table string) string {
	return s.format("arn:aws:dynamodb:%r:%a:table/%n/stream/2026-01-01T00:00:00.000", table)
}
