// One import for users: everything that the library offers.
@_exported import CotangentBLAS
@_exported import CotangentData
@_exported import CotangentLinear
@_exported import CotangentNN
@_exported import CotangentTensor
@_exported import CotangentTraining
