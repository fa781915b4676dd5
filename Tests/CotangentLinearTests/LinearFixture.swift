import Cotangent
import TestSupport
