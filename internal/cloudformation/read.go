package cloudformation

import "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

// stack is a stack in the service's XML.
type stack struct {
	StackID           *string           `xml:"StackId"`
	StackName         *string           `xml:"StackName"`
	ParentID          *string           `xml:"ParentId"`
	Description       *string           `xml:"Description"`
	StackStatus       types.StackStatus `xml:"StackStatus"`
	StackStatusReason *string           `xml:"StackStatusReason"`
	Parameters        []struct {
		Key   *string `xml:"ParameterKey"`
		Value *string `xml:"ParameterValue"`
	} `xml:"Parameters>member"`
	Outputs []struct {
		Key   *string `xml:"OutputKey"`
		Value *string `xml:"OutputValue"`
	} `xml:"Outputs>member"`
}

// resource is a resource in the service's XML.
type resource struct {
	PhysicalResourceID *string              `xml:"PhysicalResourceId"`
	ResourceType       *string              `xml:"ResourceType"`
	ResourceStatus     types.ResourceStatus `xml:"ResourceStatus"`
}

func (s stack) read() types.Stack {
	own := types.Stack{
		StackId: s.StackID, StackName: s.StackName, ParentId: s.ParentID, Description: s.Description,
		StackStatus: s.StackStatus, StackStatusReason: s.StackStatusReason,
	}
	for _, p := range s.Parameters {
		own.Parameters = append(own.Parameters, types.Parameter{ParameterKey: p.Key, ParameterValue: p.Value})
	}
	for _, o := range s.Outputs {
		own.Outputs = append(own.Outputs, types.Output{OutputKey: o.Key, OutputValue: o.Value})
	}
	return own
}
