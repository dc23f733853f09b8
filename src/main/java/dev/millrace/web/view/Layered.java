package dev.millrace.web.view;

import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.elk.alg.layered.LayeredLayoutProvider;
import org.eclipse.elk.alg.layered.options.FixedAlignment;
import org.eclipse.elk.alg.layered.options.LayeredMetaDataProvider;
import org.eclipse.elk.alg.layered.options.LayeredOptions;
import org.eclipse.elk.alg.layered.options.LayeringStrategy;
import org.eclipse.elk.alg.layered.options.NodePlacementStrategy;
import org.eclipse.elk.alg.layered.options.OrderingStrategy;
import org.eclipse.elk.core.data.LayoutMetaDataService;
import org.eclipse.elk.core.math.ElkPadding;
import org.eclipse.elk.core.options.CoreOptions;
import org.eclipse.elk.core.options.Direction;
import org.eclipse.elk.core.options.EdgeRouting;
import org.eclipse.elk.core.util.BasicProgressMonitor;
import org.eclipse.elk.graph.ElkBendPoint;
import org.eclipse.elk.graph.ElkEdge;
import org.eclipse.elk.graph.ElkEdgeSection;
import org.eclipse.elk.graph.ElkNode;
import org.eclipse.elk.graph.util.ElkGraphUtil;

/// Graphs of stages laid out by ELK. Loading it takes half a second, so only a pipeline that needs it touches this class.
final class Layered {
  private static final double ROUNDING = 12;

  static {
    LayoutMetaDataService.getInstance().registerLayoutMetaDataProviders(new LayeredMetaDataProvider());
  }

  private Layered() {}

  record Point(double x, double y) {}

  record Placed(Map<Stage, Point> boxes, List<FlowMap.Edge> edges, double height) {}

  static Placed place(Pipeline pipeline, FlowMap.Scale scale) {
    ElkNode graph = ElkGraphUtil.createGraph();
    graph.setProperty(CoreOptions.DIRECTION, Direction.RIGHT);
    graph.setProperty(CoreOptions.EDGE_ROUTING, EdgeRouting.ORTHOGONAL);
    graph.setProperty(CoreOptions.PADDING, new ElkPadding(0));
    graph.setProperty(CoreOptions.RANDOM_SEED, 1);
    graph.setProperty(CoreOptions.SEPARATE_CONNECTED_COMPONENTS, false);
    graph.setProperty(LayeredOptions.SPACING_NODE_NODE_BETWEEN_LAYERS, scale.across);
    graph.setProperty(LayeredOptions.SPACING_NODE_NODE, scale.down);
    graph.setProperty(LayeredOptions.SPACING_EDGE_NODE_BETWEEN_LAYERS, scale.across / 3);
    graph.setProperty(LayeredOptions.SPACING_EDGE_NODE, scale.down);
    graph.setProperty(LayeredOptions.SPACING_EDGE_EDGE, 6d);
    graph.setProperty(LayeredOptions.SPACING_EDGE_EDGE_BETWEEN_LAYERS, 7d);
    graph.setProperty(LayeredOptions.LAYERING_STRATEGY, LayeringStrategy.NETWORK_SIMPLEX);
    graph.setProperty(LayeredOptions.NODE_PLACEMENT_STRATEGY, placement(scale));
    graph.setProperty(LayeredOptions.NODE_PLACEMENT_BK_FIXED_ALIGNMENT, FixedAlignment.BALANCED);
    graph.setProperty(LayeredOptions.CONSIDER_MODEL_ORDER_STRATEGY, OrderingStrategy.NODES_AND_EDGES);
    // several ways out of a box leave it at one point: a stream that divides, not a bundle of wires
    graph.setProperty(LayeredOptions.MERGE_EDGES, true);

    var nodes = new LinkedHashMap<StageName, ElkNode>();
    var ends = new HashMap<ElkEdge, FlowMap.Edge>();
    for (Stage stage : pipeline.stages()) {
      ElkNode node = ElkGraphUtil.createNode(graph);
      node.setDimensions(scale.width, scale.height);
      nodes.put(stage.name(), node);
    }
    for (Stage stage : pipeline.stages()) {
      for (StageName need : stage.needs()) {
        ElkEdge edge = ElkGraphUtil.createSimpleEdge(nodes.get(need), nodes.get(stage.name()));
        ends.put(edge, new FlowMap.Edge(need, stage.name(), ""));
      }
    }
    new LayeredLayoutProvider().layout(graph, new BasicProgressMonitor());

    double left = nodes.values().stream().mapToDouble(ElkNode::getX).min().orElse(0);
    var boxes = new LinkedHashMap<Stage, Point>();
    for (Stage stage : pipeline.stages()) {
      ElkNode node = nodes.get(stage.name());
      if (node != null) {
        boxes.put(stage, new Point(tenth(node.getX() - left), tenth(node.getY())));
      }
    }
    var edges = new ArrayList<FlowMap.Edge>();
    for (ElkEdge edge : graph.getContainedEdges()) {
      FlowMap.Edge end = ends.get(edge);
      if (end != null) {
        edges.add(new FlowMap.Edge(end.from(), end.to(), path(edge.getSections().getFirst(), left)));
      }
    }
    return new Placed(boxes, edges, tenth(graph.getHeight()));
  }

  /// Balanced is more beautiful, but takes twice the height where a great many boxes stand.
  private static NodePlacementStrategy placement(FlowMap.Scale scale) {
    return switch (scale) {
      case ROOMY, COMPACT -> NodePlacementStrategy.BRANDES_KOEPF;
      case DENSE -> NodePlacementStrategy.NETWORK_SIMPLEX;
    };
  }

  private static double tenth(double position) {
    return Math.round(position * 10) / 10.0;
  }

  /// The way along right angles, with the corners rounded.
  private static String path(ElkEdgeSection section, double left) {
    var points = new ArrayList<Point>();
    points.add(new Point(section.getStartX() - left, section.getStartY()));
    for (ElkBendPoint bend : section.getBendPoints()) {
      points.add(new Point(bend.getX() - left, bend.getY()));
    }
    points.add(new Point(section.getEndX() - left, section.getEndY()));
    var path = new StringBuilder("M").append(text(points.getFirst()));
    for (int at = 1; at < points.size() - 1; at++) {
      Point corner = points.get(at);
      path.append('L').append(text(towards(corner, points.get(at - 1))));
      path.append('Q').append(text(corner)).append(' ').append(text(towards(corner, points.get(at + 1))));
    }
    return path.append('L').append(text(points.getLast())).toString();
  }

  private static Point towards(Point corner, Point other) {
    double distance = Math.hypot(other.x() - corner.x(), other.y() - corner.y());
    double share = distance == 0 ? 0 : Math.min(ROUNDING, distance / 2) / distance;
    return new Point(corner.x() + (other.x() - corner.x()) * share, corner.y() + (other.y() - corner.y()) * share);
  }

  private static String text(Point point) {
    return FlowMap.number(tenth(point.x())) + " " + FlowMap.number(tenth(point.y()));
  }
}
